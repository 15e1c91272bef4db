public import ArgumentParser
import Foundation
public import PolicyFormats

extension PolicyCommand {
    /// `weir policy import`: another filter's configuration as a policy's text.
    struct Import: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Turn another filter's configuration into a policy.",
            discussion: """
                Reads squidGuard.conf, squid.conf, e2guardian's directory or a folder of its lists and writes a policy that gives the same verdicts,
                each rule with the line it comes from. What is not mapped, and what means something else here, is said on standard error; --preview says it of every
                line and writes no policy. Put the policy in force with "weir policy apply FILE".
                """)

        @Option(help: "Whose configuration it is: squidguard, e2guardian or squid.")
        var from: PolicyImport.Origin
        @Flag(help: "Say what becomes of every line instead of writing the policy.")
        var preview = false
        @Option(help: "How the preview, or what is said beside the policy, is written: table or json.")
        var format = Format.table
        @Option(help: "The file to write the policy to; standard output without it.")
        var output: String?
        @Option(help: "The folder that holds the lists from now on, as the policy writes it; they stay where they are without it.")
        var lists: String?
        @Argument(help: "squidGuard.conf, squid.conf, e2guardian's directory, or a folder of its lists.")
        var path: String

        enum Format: String, ExpressibleByArgument, CaseIterable { case table, json }

        func run() throws {
            let imported = PolicyImport.read(from, path: path, files: ImportFolder(), lists: lists)
            if preview { try show(imported.lines, to: 1) }
            guard let text = imported.text else {
                for error in imported.errors { Terminal.complain("\(error)") }
                throw ExitCode(1)
            }
            if !preview { try show(imported.lines.filter { $0.outcome == .unmapped || $0.outcome == .differs }, to: 2) }
            if format == .table { warn(imported.lines.filter(\.allowsMore)) }
            if preview { return }
            guard let output else { return Terminal.write(text, to: 1) }
            do {
                try Data(text.utf8).write(to: URL(fileURLWithPath: output), options: .atomic)
            } catch {
                throw Terminal.Failure("\(output): cannot be written")
            }
        }

        /// Lines that forbid something the policy lets through, once more and last.
        private func warn(_ lines: [ImportLine]) {
            if lines.isEmpty { return }
            Terminal.complain("ATTENTION: this policy ALLOWS MORE than the configuration it comes from, because of:")
            for line in lines { Terminal.complain(LineLogHandler.plain("\(line.file):\(line.line): \(line.text)")) }
        }

        private func show(_ lines: [ImportLine], to descriptor: Int32) throws {
            if format == .json { return Terminal.write(try JSON.text(lines) + "\n", to: descriptor) }
            if lines.isEmpty { return }
            let rows = lines.map { line in
                [
                    LineLogHandler.plain("\(line.file):\(line.line)"), line.outcome.word,
                    LineLogHandler.plain(String(line.text.prefix(60))),
                    LineLogHandler.plain([line.becomes, line.note].compactMap { $0 }.joined(separator: " — ")),
                ]
            }
            Terminal.write(Terminal.table(["LINE", "OUTCOME", "TEXT", "BECOMES"], rows) + "\n", to: descriptor)
        }
    }
}

extension PolicyImport.Origin: ExpressibleByArgument {}

extension ImportLine.Outcome {
    fileprivate var word: String {
        switch self {
        case .mapped: "same"
        case .differs: "DIFFERS"
        case .unmapped: "NOT MAPPED"
        case .ignored: "not needed"
        }
    }
}

/// Files of this machine for an import.
struct ImportFolder: ImportFiles {
    private static let mostBytes = 8 * 1024 * 1024

    func bytes(_ path: String) -> [UInt8]? {
        // Opened without waiting: a configuration may name a pipe.
        guard
            let type = try? FileManager.default.attributesOfItem(atPath: URL(fileURLWithPath: path).resolvingSymlinksInPath().path)[.type],
            type as? FileAttributeType == .typeRegular, let handle = FileHandle(forReadingAtPath: path)
        else { return nil }
        defer { try? handle.close() }
        return try? Array(handle.read(upToCount: Self.mostBytes + 1) ?? Data())
    }

    func matching(_ pattern: String) -> [String] {
        let slash = pattern.lastIndex(of: "/")
        let folder = slash.map { String(pattern[..<$0]) } ?? "."
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.isEmpty ? "/" : folder)) ?? []
        let name = slash.map { String(pattern[pattern.index(after: $0)...]) } ?? pattern
        return names.filter { Glob.matches($0, name) }.sorted().map { slash == nil ? $0 : folder + "/" + $0 }
    }
}
