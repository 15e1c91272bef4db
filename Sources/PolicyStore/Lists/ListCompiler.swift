internal import Foundation
internal import PatternMatching
internal import PolicyCore
internal import PolicyFormats

/// Compiles the lists a policy uses into the image of a ``MatchIndex``.
public enum ListCompiler {
    /// Writes the image to `job.output` (written beside it, synced, renamed, the directory synced).
    /// - Returns: what is in it. A list that cannot be read is in it with its error and no entries; the others are whole.
    public static func compile(_ job: ListCompileJob) throws -> ListCompilation {
        let work = CompileWork(job.bounds, runs: try job.runs.map(RunLibrary.init))
        var lists = try job.lists.map { try take($0, to: work) }
        let leftOut = try work.addRuns()
        for index in lists.indices { leaveOut(leftOut[lists[index].name] ?? [], of: &lists[index], job.bounds) }
        let (image, compilation) = finish(work, lists)
        try DurableFile.write(image, to: job.output)
        if job.owner.map({ $0 == getppid() }) ?? true { work.runs?.forgetOthers() }
        return compilation
    }

    /// The same in memory, keeping nothing.
    static func build(_ job: ListCompileJob) -> (image: [UInt8], compilation: ListCompilation) {
        let work = CompileWork(job.bounds)
        let lists = job.lists.map { read($0, to: work) }
        return finish(work, lists)
    }

    private static func finish(_ work: CompileWork, _ lists: [ListCompilation.List]) -> (image: [UInt8], compilation: ListCompilation) {
        let sources = work.sources.mapValues(\.index)
        let image = work.finish()
        return (image, ListCompilation(lists: lists, sources: sources, imageBytes: image.count))
    }

    private static func leaveOut(_ lines: [RejectedLine], of list: inout ListCompilation.List, _ bounds: ListBounds) {
        list.entries -= lines.count
        list.rejected += lines.count
        list.rejectedLines += lines.prefix(max(0, bounds.rejectedLines - list.rejectedLines.count))
    }

    /// From the runs kept of this version, or from its text.
    private static func take(_ list: ListCompileJob.List, to work: CompileWork) throws -> ListCompilation.List {
        if let known = work.takeKept(list) { return known }
        let result = read(list, to: work)
        if result.error == nil { try work.runs?.keepNote(result) }
        return result
    }

    private static func read(_ list: ListCompileJob.List, to work: CompileWork) -> ListCompilation.List {
        var result = ListCompilation.List(name: list.name, entries: 0, rejected: 0, rejectedLines: [], missingMembers: [])
        work.begin(list)
        do {
            // Before a line of it is taken: of a text that is not the one that was looked over nothing may serve.
            if let wanted = list.fileHash { try RegularFile.check(list.path, sha256: wanted) }
            result.missingMembers = try add(list, to: work)
        } catch {
            result.error = (error as? ListError)?.description ?? "\(error)"
        }
        (result.entries, result.rejected, result.rejectedLines) = (work.entries, work.rejected, work.rejectedLines)
        return result
    }

    /// - Returns: members that are not there.
    private static func add(_ list: ListCompileJob.List, to work: CompileWork) throws -> [String] {
        let source = try ListSource(path: list.path, bounds: work.bounds, followsIncludes: list.followsIncludes == true)
        guard source.hasMembers(list.format) else {
            let path = try source.soleFile()
            guard list.members.contains("") else { return list.members.sorted() }
            let file = CompileFile(work: work, sources: [work.source(list.name)], file: nil)
            try read(source, [path: (list.format, path.isEmpty ? list.fileName : path, nil, file)], match: list.match, work)
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
        try read(source, plan, match: list.match, work)
        return missing
    }

    private typealias Plan = (format: ListDeclaration.Format, name: String, syntax: ListSyntax?, file: CompileFile)

    private static func read(
        _ source: ListSource, _ plan: [String: Plan], match: ListDeclaration.Match, _ work: CompileWork
    ) throws {
        let removals = try source.removals()
        var stretches: FileReading<CompileFile>.Stretches?
        if work.runs != nil {
            stretches = { file, stretch, isBeginning, syntax in try CompileFile.takeStretch(&file, stretch, isBeginning, syntax) }
        }
        var current: FileReading<CompileFile>?
        try source.files.read(Set(plan.keys)) { path, piece in
            if current == nil, let file = plan[path] {
                current = FileReading(
                    file.format, match: match, name: file.name, syntax: file.syntax, sink: file.file.begun(),
                    removals: removals[path], stretches: stretches)
            }
            guard piece.isEmpty else {
                try current?.read(piece)
                return
            }
            try current?.finish()
            if let reading = current, !reading.isCut { try reading.sink.keepWhole(path, lines: reading.lines) }
            current = nil
        }
    }
}
