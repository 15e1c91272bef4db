internal import Foundation
internal import PatternMatching
internal import PolicyCore
internal import PolicyFormats

/// Compiles the lists a policy uses into the image of a ``MatchIndex``.
public enum ListCompiler {
    /// Writes the image to `job.output` (written beside it, synced, renamed, the directory synced).
    /// - Returns: what is in it. A list that cannot be read is in it with its error and no entries; the others are whole.
    public static func compile(_ job: ListCompileJob) throws -> ListCompilation {
        let (image, compilation) = build(job)
        try DurableFile.write(image, to: job.output)
        return compilation
    }

    /// The same in memory.
    static func build(_ job: ListCompileJob) -> (image: [UInt8], compilation: ListCompilation) {
        let work = CompileWork(job.bounds)
        var lists: [ListCompilation.List] = []
        for list in job.lists {
            var result = ListCompilation.List(name: list.name, entries: 0, rejected: 0, rejectedLines: [], missingMembers: [])
            work.begin()
            do {
                result.missingMembers = try add(list, to: work)
            } catch {
                result.error = (error as? ListError)?.description ?? "\(error)"
            }
            (result.entries, result.rejected, result.rejectedLines) = (work.entries, work.rejected, work.rejectedLines)
            lists.append(result)
        }
        let sources = work.sources.mapValues(\.index)
        let image = work.finish()
        return (image, ListCompilation(lists: lists, sources: sources, imageBytes: image.count))
    }

    /// - Returns: members that are not there.
    private static func add(_ list: ListCompileJob.List, to work: CompileWork) throws -> [String] {
        let source = try ListSource(path: list.path, bounds: work.bounds)
        guard source.hasMembers(list.format) else {
            let path = try source.soleFile()
            guard list.members.contains("") else { return list.members.sorted() }
            let file = CompileFile(work: work, sources: [work.source(list.name)], file: nil)
            try read(source, [path: (list.format, path.isEmpty ? list.fileName : path, nil, file)], match: list.match)
            return list.members.filter { !$0.isEmpty }.sorted()
        }
        return try addMembers(list, source, to: work)
    }

    private static func addMembers(_ list: ListCompileJob.List, _ source: ListSource, to work: CompileWork) throws -> [String] {
        var missing: [String] = []
        var byFolder: [String: [SourceID]] = [:]
        for member in list.members.sorted() where !member.isEmpty {
            guard let folder = source.members.folder(of: member) else {
                missing.append(member)
                continue
            }
            let reference = "\(list.name)/\(member)"
            if let known = byFolder[folder]?.first { work.alias(reference, of: known) } else { byFolder[folder] = [work.source(reference)] }
        }
        if list.members.contains("") {
            let whole = work.source(list.name)
            for folder in source.members.folders { byFolder[folder, default: []].append(whole) }
        }
        var plan: [String: Plan] = [:]
        for (folder, sources) in byFolder {
            for part in source.members.parts[folder] ?? [] {
                if var file = plan[part.path]?.file {
                    file.sources += sources
                    plan[part.path]?.file = file
                } else {
                    let shown = source.members.name(folder) + "/" + SourcePath.name(part.path)
                    plan[part.path] = (
                        list.format, SourcePath.name(part.path), part.syntax, CompileFile(work: work, sources: sources, file: shown)
                    )
                }
            }
        }
        try read(source, plan, match: list.match)
        return missing
    }

    private typealias Plan = (format: ListDeclaration.Format, name: String, syntax: ListSyntax?, file: CompileFile)

    private static func read(_ source: ListSource, _ plan: [String: Plan], match: ListDeclaration.Match) throws {
        var current: FileReading<CompileFile>?
        try source.files.read(Set(plan.keys)) { path, piece in
            if current == nil, let file = plan[path] {
                current = FileReading(file.format, match: match, name: file.name, syntax: file.syntax, sink: file.file)
            }
            guard piece.isEmpty else {
                try current?.read(piece)
                return
            }
            try current?.finish()
            current = nil
        }
    }
}

/// The index being built and what the list at hand gave so far.
final class CompileWork {
    let bounds: ListBounds
    private var builder = MatchIndexBuilder()
    private(set) var sources: [String: SourceID] = [:]
    private(set) var entries = 0
    private(set) var rejected = 0
    private(set) var rejectedLines: [RejectedLine] = []

    init(_ bounds: ListBounds) { self.bounds = bounds }

    func begin() { (entries, rejected, rejectedLines) = (0, 0, []) }

    func source(_ reference: String) -> SourceID {
        let source = builder.source(named: reference)
        sources[reference] = source
        return source
    }

    func alias(_ reference: String, of source: SourceID) { sources[reference] = source }

    func add(_ entry: ListEntry, to targets: [SourceID], file: String?) {
        do {
            for target in targets { try builder.add(entry, to: target) }
            entries += 1
        } catch {
            entry.text.withContiguousBytes { reject(line: entry.line, reason: "\(error)", text: $0, file: file) }
        }
    }

    func add(plainHost host: UnsafeRawBufferPointer, _ kind: EntryKind, line: Int, to targets: [SourceID], file: String?) {
        do {
            try builder.add(plainHost: host, kind, isException: false, line: line, to: targets)
            entries += 1
        } catch {
            reject(line: line, reason: "\(error)", text: host, file: file)
        }
    }

    func reject(line: Int, reason: String, text: UnsafeRawBufferPointer, file: String?) {
        rejected += 1
        guard rejectedLines.count < bounds.rejectedLines else { return }
        rejectedLines.append(RejectedLine(file: file, line: line, reason: reason, text: RejectedLine.shown(text)))
    }

    func finish() -> [UInt8] {
        let builder = builder
        self.builder = MatchIndexBuilder()
        return builder.finish()
    }
}

/// Puts one file's entries into the sources it belongs to.
struct CompileFile: ListSink {
    let work: CompileWork
    var sources: [SourceID]
    let file: String?

    mutating func take(_ entry: ListEntry) { work.add(entry, to: sources, file: file) }

    mutating func take(plainHost host: UnsafeRawBufferPointer, _ kind: EntryKind, line: Int) {
        work.add(plainHost: host, kind, line: line, to: sources, file: file)
    }

    mutating func reject(line: Int, reason: String, text: UnsafeRawBufferPointer) {
        work.reject(line: line, reason: reason, text: text, file: file)
    }
}

extension String {
    fileprivate func withContiguousBytes(_ body: (UnsafeRawBufferPointer) -> Void) {
        var copy = self
        copy.withUTF8 { body(UnsafeRawBufferPointer($0)) }
    }
}
