import Foundation

/// A file system of 3 MiB in memory, where the machine lets this process mount one.
enum SmallDisk {
    static let isAllowed: Bool = {
        guard let place = try? TemporaryDirectory(), mount(at: place.path) else { return false }
        unmount(place.path)
        return true
    }()

    static func mount(at path: String) -> Bool { run("mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", path) }

    static func unmount(_ path: String) { _ = run("umount", "-l", path) }

    private static func run(_ words: String...) -> Bool {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = words
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }
}
