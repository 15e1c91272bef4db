import PatternMatching
public import PolicyCore

/// Reads policies (POLICY.md).
public enum PolicyReader {
    /// Reads a policy and finds everything that is wrong with it.
    /// - Parameters:
    ///   - text: the YAML document.
    ///   - file: what diagnostics call it.
    ///   - zones: the time zones there are.
    /// - Returns: the document, unless there are errors; and all errors and warnings, in the order of the text.
    public static func read(_ text: String, file: String, zones: some ZoneCatalog) -> PolicyReading {
        let sink = DiagnosticSink(file: file)
        guard let root = YAMLTree.read(text, sink: sink) else { return PolicyReading(document: nil, diagnostics: sink.sorted) }
        var reader = DocumentReader(fields: FieldReader(sink: sink), zones: zones)
        let document = reader.read(root)
        if let document, !sink.hasErrors {
            for (place, message) in PolicyAdvice.warnings(about: document) { sink.warning(place, message) }
        }
        return PolicyReading(document: sink.hasErrors ? nil : document, diagnostics: sink.sorted)
    }
}

extension PolicyReader {
    /// Reads a policy from a file's bytes, which need not be text.
    public static func read(_ bytes: some Collection<UInt8>, file: String, zones: some ZoneCatalog) -> PolicyReading {
        if let text = String(validating: bytes, as: UTF8.self) { return read(text, file: file, zones: zones) }
        let sink = DiagnosticSink(file: file)
        sink.error(firstNoText(in: bytes), "is not UTF-8 text")
        return PolicyReading(document: nil, diagnostics: sink.sorted)
    }

    private static func firstNoText(in bytes: some Collection<UInt8>) -> SourcePlace {
        var decoder = UTF8()
        var iterator = bytes.makeIterator()
        var place = SourcePlace.start
        while case .scalarValue(let scalar) = decoder.decode(&iterator) {
            place = scalar == "\n" ? SourcePlace(line: place.line + 1, column: 1) : SourcePlace(line: place.line, column: place.column + 1)
        }
        return place
    }
}

/// Reads one document; the parts are in extensions.
struct DocumentReader {
    let fields: FieldReader
    let zones: any ZoneCatalog
    /// Every name of a kind, with what the text says of it, before anything refers to it.
    var names = DeclaredNames()
    /// Who claimed an address, a MAC or a user first.
    var claims = Claims()
    /// Tries every entry, so that a bad one is found at its line.
    var entries = EntryTrial()

    init(fields: FieldReader, zones: any ZoneCatalog) {
        self.fields = fields
        self.zones = zones
    }

    static let keys = ["weir", "timezone", "clients", "groups", "rules", "schedules", "lists", "categories"]

    mutating func read(_ root: YAMLNode) -> PolicyDocument? {
        guard let top = fields.mapping(root, "a policy", keys: DocumentReader.keys) else { return nil }
        version(top)
        names = DeclaredNames(top)
        var document = PolicyDocument()
        document.timezone = top["timezone"].flatMap { zoneName($0.value) }
        document.lists = named(top["lists"], "list").compactMap { list($0) }
        names.listFormats = Dictionary(document.lists.map { ($0.name, $0.format) }, uniquingKeysWith: { first, _ in first })
        document.schedules = named(top["schedules"], "schedule").map { schedule($0) }
        document.categories = named(top["categories"], "category").map { category($0) }
        document.clients = named(top["clients"], "client").map { client($0) }
        document.rules = rules(top["rules"]?.value, isHouse: true)
        document.groups = named(top["groups"], "group").map { group($0) }
        if !names.groups.contains("default") {
            fields.sink.error(top["groups"]?.keyPlace ?? .start, "there is no group \"default\": it is required")
        }
        checkCircles(document, top)
        return document
    }

    private func version(_ top: Fields) {
        guard let written = top["weir"] else {
            fields.sink.error(.start, "the format version is missing: write \"weir: 1\"")
            return
        }
        if fields.text(written.value, "the format version") != "1" {
            fields.sink.error(written.value.place, "this is not a format version Weir knows: write \"weir: 1\"")
        }
    }

    /// The entries of a mapping of names, each name checked.
    private func named(_ pair: YAMLNode.Pair?, _ kind: String) -> [YAMLNode.Pair] {
        guard let pair else { return [] }
        guard let pairs = fields.pairs(pair.value, "\"\(pair.key)\"") else { return [] }
        for entry in pairs {
            if Target.reserved.contains(entry.key) {
                fields.sink.error(entry.keyPlace, "\"\(entry.key)\" is reserved and cannot name a \(kind)")
            } else if !DocumentReader.isName(entry.key) {
                let lower = entry.key.lowercased()
                let offer = DocumentReader.isName(lower) ? "; did you mean \"\(lower)\"?" : ""
                fields.sink.error(entry.keyPlace, "\"\(entry.key)\" is no name: small letters, digits and dashes\(offer)")
            }
        }
        return pairs
    }

    /// `[a-z0-9][a-z0-9-]*`
    static func isName(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.first != UInt8(ascii: "-")
            && text.utf8.allSatisfy { (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "-") }
    }

    func zoneName(_ node: YAMLNode) -> String? {
        guard let name = fields.text(node, "a time zone") else { return nil }
        if zones.zone(name) == nil {
            fields.sink.error(node.place, "there is no time zone \"\(name)\"\(NearestName.offer(name, among: zones.names))")
            return nil
        }
        return name
    }

    /// A name that must be one of `known`.
    func reference(_ node: YAMLNode, _ kind: String, among known: some Collection<String>) -> NameReference? {
        guard let name = fields.text(node, "a \(kind)'s name") else { return nil }
        if !known.contains(name) {
            fields.sink.error(node.place, "there is no \(kind) \"\(name)\"\(NearestName.offer(name, among: known))")
            return nil
        }
        return NameReference(name, place: node.place)
    }
}

/// The names a document declares, in its order.
struct DeclaredNames {
    var clients: [String] = []
    var groups: [String] = []
    var schedules: [String] = []
    var lists: [String] = []
    var categories: [String] = []
    var listFormats: [String: ListDeclaration.Format] = [:]

    init() {}

    init(_ top: Fields) {
        func names(_ key: String) -> [String] {
            guard let pair = top[key], case .mapping(let pairs) = pair.value.content else { return [] }
            return pairs.map(\.key)
        }
        clients = names("clients")
        groups = names("groups")
        schedules = names("schedules")
        lists = names("lists")
        categories = names("categories")
    }
}

/// Adds entries to an index nobody keeps.
struct EntryTrial {
    private var builder = MatchIndexBuilder()
    private var source: SourceID

    init() { source = builder.source(named: "") }

    /// Why an entry is none; nil for a good one.
    mutating func problem(_ entry: OwnEntry) -> String? {
        do {
            try builder.add(entry.listEntry(line: entry.place.line), to: source)
            return nil
        } catch {
            return "\"\(entry.text)\": \(Self.slip(entry) ?? "\(error)")"
        }
    }

    /// What is often written for an entry, and what it should be.
    private static func slip(_ entry: OwnEntry) -> String? {
        guard entry.key == .sites || entry.key == .urls else { return nil }
        let bare = entry.text.firstRange(of: "://").map { String(entry.text[$0.upperBound...]) }
        let text = bare ?? entry.text
        if entry.key == .sites, let slash = text.firstIndex(of: "/"), IPAddress(String(text[..<slash])) == nil {
            let path = text[slash...].dropFirst().isEmpty ? "" : ", or \"\(text)\" as a url"
            return "a site has no \(bare == nil ? "path" : "scheme and no path"): write \"\(text[..<slash])\"\(path)"
        }
        return bare.map { "an entry has no scheme: write \"\($0)\"" }
    }
}
