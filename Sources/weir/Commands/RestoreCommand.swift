import ArgumentParser
import Foundation

/// `weir restore`: a backup in the place of what a data directory holds.
struct RestoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Put a backup in the place of everything recorded and decided here; the server must not run.",
        discussion: """
            The whole file is read and checked first; a damaged one, or one of a newer Weir, changes nothing. What was there is kept in the \
            folder of the data directory that is named at the end. What it had recorded since the backup was taken is shown as missing.
            """)

    @OptionGroup var configuration: ConfigurationOption
    @Flag(help: "Write a JSON object about it.")
    var json = false
    @Argument(help: "A file that `weir backup` wrote.")
    var file: String

    func run() throws {
        let settings = try configuration.load()
        // Opened first: root's file may be root's alone, and what is made of it is the server's.
        guard let input = FileHandle(forReadingAtPath: file) else { throw Terminal.Failure("\(file): cannot be read") }
        let bytes = try input.seekToEnd()
        try DataOwner.become(settings.data)
        let lock = try DataDirectory(settings.data, patience: 0.5)
        defer { withExtendedLifetime(lock) {} }
        let (restoration, manifest) = try Restoration.prepare(input, named: file, in: settings.data)
        try restoration.perform(in: settings.data)
        let before = settings.data + "/" + restoration.before
        if json {
            return try Terminal.say(JSON.text(BackupAnswer(file: file, manifest: manifest, bytes: bytes, before: before)))
        }
        Terminal.say("restored what was backed up at \(LineLogHandler.plain(manifest.taken)); what was here is in \(before)")
    }
}
