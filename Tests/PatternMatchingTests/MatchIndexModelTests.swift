import Testing

@testable import PatternMatching

/// What POLICY.md's table says of one entry, said again as plainly as possible.
struct EntryModel {
    let entry: ListEntry

    func matches(_ url: RequestURL, path: [UInt8]) -> Bool {
        switch entry.kind {
        case .site: url.address == nil ? isAtOrBelow(url.host, entry.text) : url.host == entry.text
        case .exact: url.host == entry.text
        case .subdomains: url.host != entry.text && isAtOrBelow(url.host, entry.text)
        case .prefix: url.address.flatMap { address in IPPrefix(entry.text)?.contains(address) } ?? false
        case .url, .urlCaseless: matchesURL(url, String(decoding: path, as: UTF8.self))
        case .expression, .expressionHostPath: false
        }
    }

    private func isAtOrBelow(_ host: String, _ parent: String) -> Bool { host == parent || host.hasSuffix("." + parent) }

    private func matchesURL(_ url: RequestURL, _ path: String) -> Bool {
        let slash = entry.text.firstIndex(of: "/") ?? entry.text.endIndex
        let authority = entry.text[..<slash].split(separator: ":")
        var wanted = String(entry.text[slash...])
        if wanted.last == "/" { wanted.removeLast() }
        var path = path
        if entry.kind == .urlCaseless { (wanted, path) = (wanted.lowercased(), path.lowercased()) }
        guard isAtOrBelow(url.host, String(authority[0])), authority.count == 1 || UInt16(authority[1]) == url.port, path.hasPrefix(wanted)
        else {
            return false
        }
        guard let next = path.dropFirst(wanted.count).first else { return true }
        return "/?&=;".contains(next) || wanted.last.map { "/?&=;".contains($0) } ?? false
    }
}

@Suite struct MatchIndexModelTests {
    private static let hosts = [
        "a.test", "b.test", "a.b.test", "b.a.b.test", "test", "xa.test", "a", "b", "a-b.test", "1.2.3.4", "10.0.0.1", "10.0.1.1",
    ]
    private static let paths = [
        "/", "/a", "/a/b", "/a/bc", "/A/b", "/a/b/c", "/a?b=c", "/a?b", "/a;b", "/a/b&c", "/ab", "/a/b?", "/a/?", "/a/b/../c", "//a//b",
        "/%61/b", "/a/../b",
    ]
    private static let ports = ["", ":80", ":81", ":443"]

    private static func randomEntry(_ line: Int, _ random: inout SeededRandom) -> ListEntry {
        let isException = Int.random(in: 0..<6, using: &random) == 0
        let kind = [EntryKind.site, .exact, .subdomains, .url, .urlCaseless, .prefix].randomElement(using: &random) ?? .site
        var host = hosts.randomElement(using: &random) ?? "a"
        if kind == .subdomains, host.last == "1" || host.last == "4" { host = "a.test" }
        switch kind {
        case .prefix:
            let text = ["10.0.0.0/24", "10.0.0.0/8", "10.0.0.1/32", "1.2.3.4", "0.0.0.0/0", "::/0"].randomElement(using: &random) ?? "::/0"
            return ListEntry(kind: kind, text: text, isException: isException, line: line)
        case .url, .urlCaseless:
            let port = Int.random(in: 0..<4, using: &random) == 0 ? ports.dropFirst().randomElement(using: &random) ?? "" : ""
            let path =
                ["/a", "/a/b", "/A/B", "/a/b/", "", "/", "/a?b", "/a?b=", "/a/b/c", "/c", "/b", "/a;"].randomElement(using: &random) ?? ""
            return ListEntry(kind: kind, text: host + port + path, isException: isException, line: line)
        default: return ListEntry(kind: kind, text: host, isException: isException, line: line)
        }
    }

    /// Random lists against random URLs, in both forms, with evidence.
    @Test func agreesWithTheModel() throws {
        var random = SeededRandom(seed: 42)
        for _ in 0..<150 {
            var builder = MatchIndexBuilder(seed: random.next())
            var lists: [[EntryModel]] = []
            for source in 0..<Int.random(in: 1..<5, using: &random) {
                let id = builder.source(named: "\(source)")
                let entries = (0..<Int.random(in: 0..<12, using: &random)).map { Self.randomEntry($0 + 1, &random) }
                for entry in entries { try builder.add(entry, to: id) }
                lists.append(entries.map(EntryModel.init))
            }
            let index = try MatchIndex(bytes: builder.finish())
            for _ in 0..<60 {
                let text =
                    "http://" + (Self.hosts.randomElement(using: &random) ?? "") + (Self.ports.randomElement(using: &random) ?? "")
                    + (Self.paths.randomElement(using: &random) ?? "")
                let url = try RequestURL(text)
                for sent in [false, true] { try compare(index, lists, url, sent: sent) }
                try compareLoosening(index, lists, url)
            }
        }
    }

    private func compare(_ index: MatchIndex, _ lists: [[EntryModel]], _ url: RequestURL, sent: Bool) throws {
        let canonical = Array(url.bytes[url.pathStart...])
        let raw = sent ? Array((url.sent ?? url.bytes)[url.pathStart...]) : canonical
        var set = SourceSet()
        var budget = MatchBudget()
        index.match(url, sent: sent, into: &set, budget: &budget)
        for (source, entries) in lists.enumerated() {
            let hits = entries.filter { !$0.entry.isException && $0.matches(url, path: raw) }
            let isExcepted = entries.contains { $0.entry.isException && $0.matches(url, path: canonical) }
            let expected = !hits.isEmpty && !isExcepted
            #expect(set.contains(SourceID(index: source)) == expected, "\(url.text) sent: \(sent) \(entries.map(\.entry.text))")
            let evidence = index.evidence(url, sent: sent, source: SourceID(index: source))
            #expect((evidence != nil) == expected)
            if let evidence {
                #expect(evidence.line == hits.map(\.entry.line).min())
                #expect(hits.contains { $0.entry.text == evidence.entry && $0.entry.line == evidence.line }, "\(evidence)")
            }
        }
    }

    /// What loosens: entries in the canonical form, exceptions in either.
    private func compareLoosening(_ index: MatchIndex, _ lists: [[EntryModel]], _ url: RequestURL) throws {
        let canonical = Array(url.bytes[url.pathStart...])
        let raw = Array((url.sent ?? url.bytes)[url.pathStart...])
        var (set, excepted) = (SourceSet(), SourceSet())
        var budget = MatchBudget()
        index.match(url, sent: false, into: &set, budget: &budget)
        index.exceptions(asSentIn: url, into: &excepted, budget: &budget)
        set.subtract(excepted)
        for (source, entries) in lists.enumerated() {
            let isHit = entries.contains { !$0.entry.isException && $0.matches(url, path: canonical) }
            let isExcepted = entries.contains {
                $0.entry.isException && ($0.matches(url, path: canonical) || $0.matches(url, path: raw))
            }
            let id = SourceID(index: source)
            #expect(set.contains(id) == (isHit && !isExcepted), "\(url.text) \(entries.map(\.entry.text))")
            #expect((index.evidence(url, sent: false, source: id, loosens: true) != nil) == (isHit && !isExcepted))
        }
    }

    /// Enough keys for long probes and every table growth; a miss is a miss.
    @Test func manyHosts() throws {
        var builder = MatchIndexBuilder()
        let sources = [builder.source(named: "even"), builder.source(named: "third")]
        for number in 0..<20_000 {
            if number % 2 == 0 {
                try builder.add(ListEntry(kind: .site, text: "host\(number).example\(number % 7).test", line: number + 1), to: sources[0])
            }
            if number % 3 == 0 {
                try builder.add(ListEntry(kind: .site, text: "host\(number).example\(number % 7).test", line: number + 1), to: sources[1])
            }
        }
        let image = builder.finish()
        let index = try MatchIndex(bytes: image)
        #expect(index.entryCounts == [10_000, 6_667])
        #expect(image.count < 13_334 * 45)
        for number in 0..<20_000 {
            let url = try RequestURL("http://www.host\(number).example\(number % 7).test/")
            var set = SourceSet()
            var budget = MatchBudget()
            index.match(url, sent: false, into: &set, budget: &budget)
            #expect(set.contains(sources[0]) == (number % 2 == 0))
            #expect(set.contains(sources[1]) == (number % 3 == 0))
        }
    }
}
