import Foundation
import Glibc

/// Asks the server that holds a data directory, where one runs.
struct ControlClient {
    let path: String

    init(data: String) { path = data + "/control" }

    /// - Returns: nil where no server listens.
    /// - Throws: what the server answered, or that it broke off.
    func ask(_ command: String, _ arguments: [String: String] = [:]) throws -> String? {
        let descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw Terminal.Failure("no socket: \(String(cString: strerror(errno)))") }
        defer { close(descriptor) }
        guard try connect(descriptor) else { return nil }
        var request = try JSONEncoder().encode(ControlRequest(command: command, arguments: arguments))
        request.append(UInt8(ascii: "\n"))
        try send(request, descriptor)
        let answer = try receive(descriptor)
        guard let reply = try? JSONDecoder().decode(ControlReply.self, from: answer) else {
            throw Terminal.Failure("\(path): the server broke off")
        }
        if let error = reply.error { throw Terminal.Failure(error) }
        return reply.output ?? ""
    }

    private func connect(_ descriptor: Int32) throws -> Bool {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else {
            throw Terminal.Failure("\(path): longer than a socket's name may be; use a shorter `data:`")
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let result = withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        if result == 0 { return true }
        if errno == ENOENT || errno == ECONNREFUSED { return false }
        throw Terminal.Failure("\(path): \(String(cString: strerror(errno)))")
    }

    private func send(_ data: Data, _ descriptor: Int32) throws {
        var rest = [UInt8](data)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Terminal.Failure("\(path): \(String(cString: strerror(errno)))") }
            rest = rest.dropFirst(count)
        }
    }

    private func receive(_ descriptor: Int32) throws -> Data {
        var data = Data()
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = chunk.withUnsafeMutableBytes { Glibc.recv(descriptor, $0.baseAddress, $0.count, 0) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw Terminal.Failure("\(path): \(String(cString: strerror(errno)))") }
            if count == 0 { return data }
            data.append(contentsOf: chunk[..<count])
        }
    }
}
