import Foundation
import Logging
import Synchronization

/// One line an event on standard error, as text or JSON; control characters are escaped, so that nobody writes a line of ours.
struct LineLogHandler: LogHandler {
    /// What is written and how, for every logger of a program; a running server may be told another.
    final class Settings: Sendable {
        private let number: Atomic<Int>
        private let isJSON: Atomic<Bool>

        init(_ level: Logger.Level, _ format: Configuration.Log.Format) {
            number = Atomic(Self.number(of: level))
            isJSON = Atomic(format == .json)
        }

        convenience init(_ log: Configuration.Log) { self.init(Logger.Level(rawValue: log.level) ?? .info, log.format) }

        var level: Logger.Level { Logger.Level.allCases[number.load(ordering: .relaxed)] }
        var format: Configuration.Log.Format { isJSON.load(ordering: .relaxed) ? .json : .text }

        func change(to log: Configuration.Log) {
            number.store(Self.number(of: Logger.Level(rawValue: log.level) ?? .info), ordering: .relaxed)
            isJSON.store(log.format == .json, ordering: .relaxed)
        }

        /// Its place among all levels, by which it is kept.
        private static func number(of level: Logger.Level) -> Int { Logger.Level.allCases.firstIndex(of: level) ?? 0 }
    }

    var metadata: Logger.Metadata = [:]
    let label: String
    let settings: Settings
    private var ownLevel: Logger.Level?

    init(label: String, settings: Settings) {
        self.label = label
        self.settings = settings
    }

    init(logLevel: Logger.Level, label: String, format: Configuration.Log.Format) {
        self.init(label: label, settings: Settings(logLevel, format))
    }

    /// The settings', unless a logger was given a level of its own.
    var logLevel: Logger.Level {
        get { ownLevel ?? settings.level }
        set { ownLevel = newValue }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = event.metadata.map { metadata.merging($0) { $1 } } ?? metadata
        let time = Date().formatted(Self.timeStyle)
        switch settings.format {
        case .text:
            let pairs = all.sorted { $0.key < $1.key }.map { " \($0.key)=\(Self.plain("\($0.value)"))" }.joined()
            Terminal.note("\(time) \(event.level) \(Self.plain(event.message.description))\(pairs)\n")
        case .json:
            var object = all.mapValues { "\($0)" }
            object["time"] = time
            object["level"] = "\(event.level)"
            object["message"] = event.message.description
            object["label"] = label
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            guard let line = try? encoder.encode(object) else { return }
            Terminal.note(Self.escaped(json: String(decoding: line, as: UTF8.self)) + "\n")
        }
    }

    private static let timeStyle = Date.ISO8601FormatStyle(includingFractionalSeconds: true)

    /// C0, C1 and bidirectional controls as `\u{…}`.
    static func plain(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isControl) else { return text }
        return text.unicodeScalars.map { isControl($0) ? "\\u{\(String($0.value, radix: 16))}" : String($0) }.joined()
    }

    /// The same in JSON, where they can only stand within strings: as `\uXXXX`.
    static func escaped(json: String) -> String {
        guard json.unicodeScalars.contains(where: isControl) else { return json }
        return json.unicodeScalars.map { scalar in
            guard isControl(scalar) else { return String(scalar) }
            let digits = String(scalar.value, radix: 16)
            return "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
        }.joined()
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7f..<0xa0, 0x200e, 0x200f, 0x202a...0x202e, 0x2066...0x2069, 0x2028, 0x2029: true
        default: false
        }
    }
}
