import ArgumentParser
import Foundation
import PolicyCore
import PolicyStore
import VisitStore

/// `weir backup`: everything that cannot be made again, in one file.
struct BackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Write policy, accounts, lists and recorded visits to one file, also while the server runs.",
        discussion: """
            The file is a tar file with a manifest (sizes and SHA-256 of every member), readable by its owner only. Not in it: weir.yaml, a \
            policy file (`policy:`), keys and certificates, signed-in sessions. Put back with `weir restore FILE`.
            """)

    @OptionGroup var configuration: ConfigurationOption
    @Flag(help: "Write a JSON object about it.")
    var json = false
    @Argument(help: "The file to write; must not exist yet.")
    var file: String

    func run() async throws {
        let settings = try configuration.load()
        guard !FileManager.default.fileExists(atPath: file) else { throw Terminal.Failure("\(file): is there already") }
        let taken = WallClock.now()
        let folder = try await copies(settings)
        defer { BackupFolder.remove(folder) }
        LowPriority.lower()
        let (manifest, bytes) = try BackupWriter(folder: folder, path: file, taken: CivilText.time(taken)).write()
        if json { return try Terminal.say(JSON.text(BackupAnswer(file: file, manifest: manifest, bytes: bytes))) }
        Terminal.say("\(file): \(manifest.files.count) files, \(bytes) bytes")
    }

    /// By the server that runs, or here where none does.
    private func copies(_ settings: Configuration) async throws -> String {
        if let folder = try ControlClient(data: settings.data).ask("backup") { return folder }
        guard FileManager.default.fileExists(atPath: settings.data + "/" + PolicyStore.databaseFile) else {
            throw Terminal.Failure("\(settings.data): there is nothing to back up yet")
        }
        // The file to be written is not the server's.
        return try await DataOwner.acting(on: settings.data) { try await ownCopies(settings) }
    }

    private func ownCopies(_ settings: Configuration) async throws -> String {
        let lock = try DataDirectory(settings.data)
        defer { withExtendedLifetime(lock) {} }
        let policy = try await StoreAccess(configuration: settings).openPolicy()
        let zone = try ReportingZone.named(
            settings.visits.timezone ?? (try? VisitReader.zoneName(settings.data)), policy: await policy.snapshot.document.timezone,
            zones: SystemZones())
        let visits = try VisitStore.open(settings.visitOptions(data: settings.data, zone: zone))
        defer { visits.close() }
        return try await BackupFolder.make(in: settings.data, policy: policy, visits: visits)
    }
}

/// What `--json` writes of a backup.
struct BackupAnswer: Encodable {
    var file: String
    var bytes: UInt64
    var taken: String
    var weir: String
    var files: [BackupManifest.File]
    /// Where what was there before a restoration lies now; absent otherwise.
    var before: String?

    init(file: String, manifest: BackupManifest, bytes: UInt64, before: String? = nil) {
        self.file = file
        self.bytes = bytes
        taken = manifest.taken
        weir = manifest.weir
        files = manifest.files
        self.before = before
    }
}
