internal import Foundation
internal import PatternMatching
internal import PolicyFormats

/// Makes a run of what a reader finds.
struct RunSink: ListSink {
    private var builder: EntryRunBuilder
    private var note = Note()
    private let mostRejected: Int

    /// What a run's reader told besides entries.
    struct Note: Codable {
        var lines = 0
        var rejected = 0
        /// The first of them, without their file.
        var rejectedLines: [RejectedLine] = []
    }

    init(seed: UInt64, mostRejected: Int) {
        builder = EntryRunBuilder(seed: seed)
        self.mostRejected = mostRejected
    }

    mutating func take(_ entry: ListEntry) {
        do { try builder.add(entry) } catch {
            Array(entry.text.utf8).withUnsafeBytes { reject(line: entry.line, reason: "\(error)", text: $0) }
        }
    }

    mutating func take(plainHost host: UnsafeRawBufferPointer, _ kind: EntryKind, line: Int) {
        do { try builder.add(plainHost: host, kind, line: line) } catch { reject(line: line, reason: "\(error)", text: host) }
    }

    mutating func reject(line: Int, reason: String, text: UnsafeRawBufferPointer) {
        note.rejected += 1
        guard note.rejectedLines.count < mostRejected else { return }
        note.rejectedLines.append(RejectedLine(file: nil, line: line, reason: reason, text: RejectedLine.shown(text)))
    }

    /// - Parameter lines: how many were read.
    /// - Returns: the run's bytes.
    consuming func finish(lines: Int) throws -> [UInt8] {
        note.lines = lines
        return builder.finish(note: Array(try JSONEncoder().encode(note)))
    }
}
