import Foundation
import Testing

@testable import weir

@Suite struct TarHeaderTests {
    @Test(arguments: [0, 1, 511, 512, 513, (1 << 33) - 1, 1 << 33, (1 << 40) + 7] as [UInt64])
    func isReadAsWritten(_ bytes: UInt64) throws {
        let header = TarHeader(name: "lists/ärger.hosts", bytes: bytes)
        #expect(try TarHeader(header.block(time: 1_788_251_400)) == header)
        #expect((bytes + UInt64(TarHeader.padding(after: bytes))) % 512 == 0 && TarHeader.padding(after: bytes) < 512)
    }

    @Test func names() {
        #expect(TarHeader.fits(String(repeating: "a", count: 100)) && !TarHeader.fits(String(repeating: "a", count: 101)))
        #expect(!TarHeader.fits("") && !TarHeader.fits("a\0b"))
    }

    /// Another kind of member, a byte changed anywhere, a block too short: none is taken.
    @Test func anythingElseIsRefused() throws {
        let good = TarHeader(name: "policy.sqlite", bytes: 4_096).block(time: 0)
        for place in good.indices where good[place] != 255 {
            var block = good
            block[place] &+= 1
            #expect(throws: Terminal.Failure.self, "\(place)") { try TarHeader(block) }
        }
        #expect(throws: Terminal.Failure.self) { try TarHeader(Array(good.dropLast())) }
        #expect(throws: Terminal.Failure.self) { try TarHeader([UInt8](repeating: 255, count: 512)) }
    }

    /// What reads tar files reads ours.
    @Test func tarReadsIt() throws {
        let folder = FileManager.default.temporaryDirectory.path + "/tar-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let bytes = Array("hello\n".utf8)
        let file =
            TarHeader(name: "lists/a.hosts", bytes: 6).block(time: 1_788_251_400) + bytes
            + [UInt8](repeating: 0, count: TarHeader.padding(after: 6) + 1_024)
        try Data(file).write(to: URL(fileURLWithPath: folder + "/a.tar"))
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["tar", "xOf", folder + "/a.tar", "lists/a.hosts"]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let output = try pipe.fileHandleForReading.readToEnd()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0 && output == Data(bytes))
    }
}
