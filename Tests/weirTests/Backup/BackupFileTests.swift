import Foundation
import Testing

@testable import weir

/// The file alone: what is written is read, and nothing else is.
@Suite final class BackupFileTests {
    private let folder = FileManager.default.temporaryDirectory.path + "/backup-file-\(UUID().uuidString)"

    init() throws {
        for name in ["in/lists/deep", "in/subscriptions/ads", "out"] {
            try FileManager.default.createDirectory(atPath: folder + "/" + name, withIntermediateDirectories: true)
        }
        for (name, text) in contents { try Data(text.utf8).write(to: URL(fileURLWithPath: folder + "/in/" + name)) }
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    private let contents = [
        "policy.sqlite": "p", "visits.sqlite": String(repeating: "v", count: 3_000_000), "lists/deep/a.hosts": "",
        "lists/" + String(repeating: "ä", count: 60): "long", "subscriptions/ads/0a0b-x": String(repeating: "x", count: 512),
    ]

    private var path: String { folder + "/backup" }

    private func write() throws -> BackupManifest {
        // What has no place in a backup is not taken along.
        try Data("k".utf8).write(to: URL(fileURLWithPath: folder + "/in/form-key"))
        return try BackupWriter(folder: folder + "/in", path: path, taken: "2026-09-01T08:30:00.000Z").write().manifest
    }

    private func read() throws -> (manifest: BackupManifest, files: [String: String]) {
        try? FileManager.default.removeItem(atPath: folder + "/out")
        try FileManager.default.createDirectory(atPath: folder + "/out", withIntermediateDirectories: true)
        let input = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        return try BackupReader(input: input, path: path, folder: folder + "/out").read()
    }

    @Test func isReadAsWritten() throws {
        let written = try write()
        let (manifest, files) = try read()
        #expect(manifest == written && Set(files.keys) == Set(contents.keys))
        for (name, file) in files {
            #expect(FileManager.default.contents(atPath: file).map { String(decoding: $0, as: UTF8.self) } == contents[name])
        }
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }

    /// Cut anywhere, or one byte changed anywhere that means something: refused.
    @Test func aDamagedOneIsRefused() throws {
        _ = try write()
        let good = try Data(contentsOf: URL(fileURLWithPath: path))
        for cut in [0, 1, 511, 512, 700, 5_000, good.count / 2, good.count - 3_000, good.count - 1_025] {
            try good.prefix(cut).write(to: URL(fileURLWithPath: path))
            #expect(throws: Terminal.Failure.self, "cut at \(cut)") { try read() }
        }
        var place = 0
        while place < good.count - 1_024 {
            var bad = good
            bad[place] ^= 0x01
            try bad.write(to: URL(fileURLWithPath: path))
            let isPadding = good[place] == 0
            if !isPadding { #expect(throws: Terminal.Failure.self, "changed at \(place)") { try read() } }
            place += place < 4_096 ? 7 : 400_000
        }
        try good.write(to: URL(fileURLWithPath: path))
        #expect(try read().files.count == contents.count)
    }

    @Test(arguments: [
        "../etc/passwd", "/etc/passwd", "lists", "lists/", "lists//a", "lists/../policy.sqlite", "lists/.hidden", "form-key",
        "journal/lock",
        "policy.sqlite-wal", "lists/a\nb", "", "compiled/x", "lists/a/b/c/d/e/f/g/h",
    ])
    func namesThatLeadElsewhere(_ name: String) { #expect(!BackupManifest.isAllowed(name)) }

    @Test(arguments: ["policy.sqlite", "visits.sqlite", "lists/a.hosts", "lists/ut1/ärger/domains", "subscriptions/ads/0a-b"])
    func namesOfOurs(_ name: String) { #expect(BackupManifest.isAllowed(name)) }

    /// A manifest that speaks of other files than there are, or of a later format.
    @Test(arguments: ["name", "extra", "format", "twice"]) func aManifestThatDoesNotFit(_ what: String) throws {
        var manifest = try write()
        let good = try Data(contentsOf: URL(fileURLWithPath: path))
        let text = Array(try JSON.text(manifest).utf8)
        let start = good.count - 1_024 - text.count - TarHeader.padding(after: UInt64(text.count)) - TarHeader.size
        switch what {
        case "name": manifest.files[0].name = "lists/../../x"
        case "extra": manifest.files.removeLast()
        case "format": manifest.format = 2
        default: manifest.files.append(manifest.files[0])
        }
        let changed = Array(try JSON.text(manifest).utf8)
        let bytes = UInt64(changed.count)
        let file =
            good.prefix(start) + TarHeader(name: BackupManifest.member, bytes: bytes).block(time: 0) + changed
            + Data(count: TarHeader.padding(after: bytes) + 1_024)
        try file.write(to: URL(fileURLWithPath: path))
        #expect(throws: Terminal.Failure.self) { try read() }
    }
}
