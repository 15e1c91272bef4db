"""Small DNS servers of the tests' own: one answers from a table, one never honestly."""
import random
import socket
import struct
import threading


class NameServer:
    """Takes questions over UDP on a port of its own and sends what answer() gives; silent where that is None."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        while True:
            try:
                data, peer = self.socket.recvfrom(4096)
            except OSError:
                return
            position, labels = 12, []
            while data[position]:
                labels.append(data[position + 1:position + 1 + data[position]].decode())
                position += 1 + data[position]
            kind, = struct.unpack(">H", data[position + 1:position + 3])
            reply = self.answer(data[:2], data[12:position + 5], ".".join(labels).lower(), kind)
            if reply is not None:
                self.socket.sendto(reply, peer)

    def answer(self, number, question, name, kind):
        """The whole reply to a question of this number, for this name and kind of record."""
        raise NotImplementedError

    @staticmethod
    def reply(number, question, records, flags=0x8180):
        return number + struct.pack(">HHHHH", flags, 1, len(records), 0, 0) + question + b"".join(records)

    @staticmethod
    def record(kind, ttl, data, owner=b"\xc0\x0c"):
        """Of the name that was asked for, unless another is given."""
        return owner + struct.pack(">HHIH", kind, 1, ttl, len(data)) + data

    @staticmethod
    def wire(name):
        return b"".join(bytes([len(l)]) + l.encode() for l in name.split(".")) + b"\0"


class TinyDNS(NameServer):
    """Answers from a table: name → [(kind, value, ttl)], None for silence, () for no such name, bytes as they are, a function for another answer each time."""

    def __init__(self, table):
        self.table, self.asked = table, []
        super().__init__()

    def answer(self, number, question, name, kind):
        self.asked.append((name, kind))
        records = self.table.get(name, ())
        if records is None:
            return None
        if isinstance(records, bytes):
            return records.replace(b"ID", number)
        if callable(records):
            # A list that changes changes for A questions alone.
            records = records() if kind == 1 else [("none", "", 0)]
        answers = []
        for rtype, value, ttl in records:
            owner = b"\xc0\x0c"
            if isinstance(rtype, tuple):
                owner, rtype = self.wire(rtype[0]), rtype[1]
            if rtype == "A" and kind == 1:
                answers.append(self.record(1, ttl, socket.inet_aton(value), owner))
            elif rtype == "AAAA" and kind == 28:
                answers.append(self.record(28, ttl, socket.inet_pton(socket.AF_INET6, value), owner))
            elif rtype == "CNAME":
                answers.append(self.record(5, ttl, self.wire(value), owner))
        return self.reply(number, question, answers, 0x8180 if records else 0x8183)


class Liar(NameServer):
    """Answers every question with a reply that was spoilt, from a seed; `good.example` with an honest one."""

    def __init__(self, seed):
        self.random, self.answered = random.Random(seed), 0
        super().__init__()

    def answer(self, number, question, name, kind):
        address = self.record(kind, 60, socket.inet_aton("127.0.0.1") if kind == 1 else socket.inet_pton(socket.AF_INET6, "::1"))
        if name == "good.example":
            return self.reply(number, question, [address] if kind == 1 else [])
        self.answered += 1
        reply = bytearray(self.reply(number, question, [self.record(5, 60, b"\xc0\x0c"), address]))
        for _ in range(self.random.randrange(1, 5)):
            at = self.random.randrange(2, max(3, len(reply)))
            match self.random.randrange(4):
                case 0: reply[at:at + 1] = bytes([self.random.randrange(256)])
                case 1: del reply[at:]
                case 2: reply[at:at] = self.random.randbytes(self.random.randrange(1, 30))
                case 3: reply[at:at + 2] = b"\xc0" + bytes([self.random.randrange(256)])
        return bytes(reply)
