import Glibc

/// Corpora once more through a target, without libFuzzer.
enum Replay {
    static func run(_ target: FuzzCase, files: [String]) {
        var inputs = 0
        for file in files {
            guard let text = read(file) else { fail("\(file) cannot be read") }
            for (number, line) in text.split(separator: 0x0a).enumerated() {
                guard let input = bytes(line) else { fail("\(file):\(number + 1): not hexadecimal") }
                inputs += 1
                if let fault = input.withUnsafeBytes(target.run) {
                    print("\(file):\(number + 1): \(fault)")
                    exit(1)
                }
            }
        }
        print("\(target.name): \(inputs) inputs")
    }

    private static func bytes(_ line: ArraySlice<UInt8>) -> [UInt8]? {
        guard line.count % 2 == 0 else { return nil }
        var bytes: [UInt8] = []
        var rest = line
        while let high = rest.popFirst(), let low = rest.popFirst() {
            guard let high = digit(high), let low = digit(low) else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x61...0x66: byte - 0x57
        default: nil
        }
    }

    private static func read(_ path: String) -> [UInt8]? {
        guard let file = fopen(path, "re") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = fread(&chunk, 1, chunk.count, file)
            if count <= 0 { return bytes }
            bytes += chunk[..<count]
        }
    }
}
