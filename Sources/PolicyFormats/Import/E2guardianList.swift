import PatternMatching
import PolicyCore

/// What e2guardian's list files hold.
enum E2guardianList {
    enum Kind { case sites, expressions, extensions, mediaTypes }

    /// What settings of older versions end in, longest first.
    static let suffixes: [(String, Kind)] = [
        ("regexpurllist", .expressions), ("mimetypelist", .mediaTypes), ("extensionlist", .extensions), ("siteiplist", .sites),
        ("sitelist", .sites), ("urllist", .sites),
    ]

    /// More entries than these stay in their file.
    static let mostInPlace = 200

    /// How far files include files.
    static let deepest = 8

    /// A line up to a `#` behind a blank, which begins a comment in every list of e2guardian's, expressions included.
    static func withoutComment(_ text: String) -> String {
        let bytes = Array(text.utf8)
        for index in bytes.indices.dropFirst() where bytes[index] == UInt8(ascii: "#") && bytes[index - 1] == UInt8(ascii: " ") {
            return String(decoding: bytes[..<index], as: UTF8.self).trimmingBlanks
        }
        return text
    }
}

extension E2guardianImport {
    /// A list file and those it includes, as categories: those with a `#time:` apart from the others.
    mutating func read(_ name: String, _ kind: E2guardianList.Kind, _ place: ImportPlace) -> [TimedSources] {
        guard let path = resolve(name) else {
            leave(place, "\(name): not in the directory")
            return []
        }
        opened.insert(path)
        if let known = known[path] {
            report.mapped(place, known.flatMap(\.targets).joined(separator: ", "))
            return known
        }
        var found: [TimedSources] = []
        var seen: Set<String> = []
        collect(path, kind, place, depth: 0, &seen, &found)
        for index in found.indices where !found[index].sources.isEmpty {
            let file = path.split(separator: "/").last.map(String.init) ?? path
            let category = plan.name(found[index].when.isEmpty ? file : file + "-timed", .category)
            plan.categories.append(ImportedCategory(name: category, title: nil, includes: found[index].sources, place: place))
            found[index].targets.append(category)
        }
        found.removeAll { $0.targets.isEmpty }
        if found.isEmpty {
            report.ignored(place, "the list is empty")
        } else {
            report.mapped(place, found.flatMap { $0.targets.prefix(8) }.joined(separator: ", "))
        }
        known[path] = found
        return found
    }

    private mutating func collect(
        _ path: String, _ kind: E2guardianList.Kind, _ place: ImportPlace, depth: Int, _ seen: inout Set<String>,
        _ found: inout [TimedSources]
    ) {
        guard seen.insert(path).inserted else {
            return report.unmapped(place, "\(path) is included twice")
        }
        opened.insert(path)
        guard let bytes = files.bytes(path), let lines = ImportText.lines(bytes, path, report, place) else { return }
        var when: [WhenTest] = []
        var entries: [ImportPlace] = []
        var timed: [ImportPlace] = []
        for line in lines {
            let lower = line.text.lowercased()
            if lower.hasPrefix("#time:") {
                if let test = time(line) { when = [test] }
            } else if lower.hasPrefix(".include<") {
                let name = String(line.text.dropFirst(9).prefix { $0 != ">" })
                if let included = resolve(name, from: path), depth + 1 < E2guardianList.deepest, !seen.contains(included) {
                    report.mapped(line, "the entries of \(included)")
                    let times = found.count { !$0.when.isEmpty }
                    collect(included, kind, line, depth: depth + 1, &seen, &found)
                    if found.count(where: { !$0.when.isEmpty }) > times { timed.append(line) }
                } else {
                    leave(line, "\(name): not in the directory, included before, or too deep", isLost: !isRead(name, path, seen))
                }
            } else if !line.text.isEmpty, !line.text.hasPrefix("#") {
                entries.append(line)
            }
        }
        guard !entries.isEmpty else { return }
        // A list that stays a file is read with what it includes, whatever stands there of times.
        for line in entries.count > E2guardianList.mostInPlace && kind == .sites ? timed : [] {
            let why = "the list stays a file: what it includes holds at all times"
            if isForbidding { report.differs(line, nil, why) } else { report.allowsMore(line, why) }
        }
        let read = sources(path, kind, entries)
        if let same = found.firstIndex(where: { $0.when == when }) {
            found[same].sources.formUnion(read.sources)
            found[same].targets += read.targets
        } else {
            found.append(TimedSources(sources: read.sources, targets: read.targets, when: when))
        }
    }

    /// An included name: below the directory, or beside the file that names it.
    private func resolve(_ name: String, from path: String) -> String? {
        let beside = ImportText.folder(of: path) + "/" + name
        if !name.hasPrefix("/"), !name.contains(".."), !name.contains("__"), files.bytes(beside) != nil { return beside }
        return resolve(name)
    }

    /// `#time: 9 0 17 0 01234`: from 9:00 to the end of 17:00 on Mondays to Fridays.
    private mutating func time(_ line: ImportPlace) -> WhenTest? {
        let words = ImportText.words(line.text.dropFirst("#time:".count))
        let numbers = words.prefix(4).compactMap { Int($0) }
        let days = words.count > 4 ? words[4].compactMap(\.wholeNumberValue) : Array(0..<7)
        guard numbers.count == 4, days.allSatisfy({ (0..<7).contains($0) }), (0...24).contains(numbers[0]), (0...59).contains(numbers[1]),
            (0...24).contains(numbers[2]), (0...59).contains(numbers[3])
        else {
            report.error(line, "\"\(line.text)\" is no time (#time: 9 0 17 0 01234)")
            return nil
        }
        let from = numbers[0] * 60 + numbers[1]
        let to = min(numbers[2] * 60 + numbers[3] + 1, 1440)
        guard from < to else {
            report.error(line, "\"\(line.text)\": times do not run past midnight")
            return nil
        }
        var schedule = ImportedSchedule(name: plan.name("list-time", .time), place: line)
        schedule.windows = [ImportedSchedule.Window(days: Set(days).sorted(), from: from, to: to)]
        plan.schedules.append(schedule)
        report.mapped(line, "schedule \(schedule.name)")
        return WhenTest(schedule: schedule.name)
    }

    // MARK: - Entries

    private mutating func sources(_ path: String, _ kind: E2guardianList.Kind, _ lines: [ImportPlace]) -> (
        sources: CategorySources, targets: [String]
    ) {
        switch kind {
        case .extensions: return (CategorySources(), targets(lines, E2guardianImport.fileEnd, "no end of a file's name"))
        case .mediaTypes: return (CategorySources(), targets(lines, { "type:" + $0 }, "no media type"))
        case .sites, .expressions: break
        }
        let isLong = lines.count > E2guardianList.mostInPlace
        if kind == .sites { return (isLong ? list(path, kind) : sites(lines), []) }
        return (isLong && canStay(lines) ? list(path, kind) : expressions(lines), [])
    }

    private func targets(_ lines: [ImportPlace], _ target: (String) -> String?, _ why: String) -> [String] {
        lines.compactMap { line in
            guard let word = ImportText.words(line.text).first?.lowercased(), let target = target(word), Target(target) != nil else {
                leave(line, why)
                return nil
            }
            report.mapped(line, target)
            return target
        }
    }

    /// `.exe`; for `.tar.gz`, which is more than the last extension, an expression on the path's end.
    private static func fileEnd(_ word: String) -> String? {
        let bare = word.hasPrefix(".") ? String(word.dropFirst()) : word
        guard bare.contains(".") else { return "ext:" + bare }
        let isName = bare.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7f && !"/?#".utf8.contains($0) }
        return isName ? "expr:\(HostPattern.scheme)[^/]*/[^?]*\(HostPattern.escaped("." + bare))(?:[?;]|$)" : nil
    }

    /// What is left out of a forbidding list is let through.
    private func leave(_ place: ImportPlace, _ why: String, isLost: Bool = true) {
        if isForbidding, isLost { report.allowsMore(place, why) } else { report.unmapped(place, why) }
    }

    /// Whether an included file's entries are there already.
    private func isRead(_ name: String, _ path: String, _ seen: Set<String>) -> Bool {
        resolve(name, from: path).map(seen.contains) ?? false
    }

    private mutating func list(_ path: String, _ kind: E2guardianList.Kind) -> CategorySources {
        let inside = String(path.dropFirst(folder.count + 1))
        let label = inside.split(separator: "/").suffix(2).joined(separator: "-")
        let name = plan.name(label, .list)
        let source = listFolder.map { ImportText.path(inside, in: $0) } ?? path
        plan.lists.append(
            ImportedList(
                name: name, source: source, format: kind == .sites ? "e2guardian" : "expressions", place: ImportPlace(file: path, line: 1)))
        return CategorySources(lists: [name])
    }

    private func sites(_ lines: [ImportPlace]) -> CategorySources {
        var sources = CategorySources()
        for line in lines {
            var sink = LineSink()
            var reader = ListReader(syntax: .e2guardian)
            Array(line.text.utf8).withUnsafeBytes { reader.read($0, into: &sink) }
            reader.finish(into: &sink)
            for entry in sink.entries {
                guard (try? entry.validate()) != nil else {
                    leave(line, "no entry a list can have")
                    continue
                }
                if entry.kind == .urlCaseless {
                    sources.expressions.append(E2guardianImport.expression(entry.text))
                    report.mapped(line, "an expression, since e2guardian ignores the path's letter case")
                } else {
                    sources.sites.append(entry.text)
                    report.mapped(line, "site \(entry.text)")
                }
            }
            if let reason = sink.reason { leave(line, reason) }
        }
        return sources
    }

    /// A URL entry as POLICY.md reads it, without regard to case.
    private static func expression(_ url: String) -> String {
        let slash = url.firstIndex(of: "/") ?? url.endIndex
        let path = HostPattern.escaped(url[slash...])
        return "\(HostPattern.scheme)(?:[^/:]*\\.)?\(HostPattern.escaped(url[..<slash]))(?::\\d+)?\(path)(?:[/?&=;]|$)"
    }

    /// Whether a file of expressions means the same read as one: each is its whole line, compiles, and begins where it likes.
    private func canStay(_ lines: [ImportPlace]) -> Bool {
        lines.allSatisfy { line in
            E2guardianList.withoutComment(line.text) == line.text && SquidPattern.withoutScheme(line.text) == line.text
                && !line.text.contains("\"->\"") && (try? ListEntry(kind: .expression, text: line.text, line: 1).validate()) != nil
        }
    }

    /// e2guardian compares with the URL without its scheme.
    private func expressions(_ lines: [ImportPlace]) -> CategorySources {
        var sources = CategorySources()
        for line in lines {
            let written = E2guardianList.withoutComment(line.text)
            let text = SquidPattern.withoutScheme(written) ?? written
            if text.contains("\"->\"") {
                report.unmapped(line, "a replacement: URLs are not changed")
            } else if (try? ListEntry(kind: .expression, text: text, line: 1).validate()) == nil {
                leave(line, "the expression does not compile")
            } else {
                sources.expressions.append(text)
                report.mapped(line, "an expression")
            }
        }
        return sources
    }
}

/// What one line gives.
private struct LineSink: ListSink {
    var entries: [ListEntry] = []
    var reason: String?

    mutating func take(_ entry: ListEntry) { entries.append(entry) }
    mutating func reject(line: Int, reason: String, text: UnsafeRawBufferPointer) { self.reason = reason }
}
