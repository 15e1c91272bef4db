import PatternMatching
import PolicyCore

/// What somebody already claimed.
struct Claims {
    struct Kind {
        var prefixes: [IPPrefix: (owner: String, line: Int)] = [:]
        var macs: [MACAddress: (owner: String, line: Int)] = [:]
        var users: [String: (owner: String, line: Int)] = [:]
    }
    var clients = Kind()
    var groups = Kind()
}

extension DocumentReader {
    static let clientKeys = ["group", "addresses", "macs", "users", "note"]

    mutating func client(_ pair: YAMLNode.Pair) -> ClientDeclaration {
        var client = ClientDeclaration(name: pair.key, place: pair.keyPlace)
        guard let values = fields.mapping(pair.value, "client \"\(pair.key)\"", keys: DocumentReader.clientKeys) else { return client }
        client.group = values["group"].flatMap { reference($0.value, "group", among: names.groups)?.name }
        client.addresses = prefixes(values["addresses"]?.value, owner: pair.key, \.clients)
        client.users = users(values["users"]?.value, owner: pair.key, \.clients)
        for node in values["macs"].map({ fields.list($0.value) }) ?? [] {
            guard let text = fields.text(node, "a MAC address") else { continue }
            guard let mac = MACAddress(text) else {
                fields.sink.error(node.place, "\"\(text)\" is no MAC address (3c:22:fb:01:02:03)")
                continue
            }
            if isNew(mac, owner: pair.key, node, \.clients.macs, text) { client.macs.append(mac) }
        }
        client.note = values["note"].flatMap { fields.text($0.value, "a note") }
        return client
    }

    static let groupKeys = [
        "addresses", "users", "inherit", "rules", "default", "safe-search", "youtube", "record", "inspect", "opaque", "note",
    ]

    mutating func group(_ pair: YAMLNode.Pair) -> GroupDeclaration {
        var group = GroupDeclaration(name: pair.key, place: pair.keyPlace)
        guard let values = fields.mapping(pair.value, "group \"\(pair.key)\"", keys: DocumentReader.groupKeys) else { return group }
        group.addresses = prefixes(values["addresses"]?.value, owner: pair.key, \.groups)
        group.users = users(values["users"]?.value, owner: pair.key, \.groups)
        group.inherit = values["inherit"].flatMap { reference($0.value, "group", among: names.groups)?.name }
        group.rules = rules(values["rules"]?.value, isHouse: false)
        group.defaultVerdict = values["default"].flatMap { fields.choice($0.value, "default", GroupDefault.self)?.verdict }
        group.safeSearch = values["safe-search"].flatMap { fields.flag($0.value, "safe-search") }
        group.safeSearchPlace = values["safe-search"]?.keyPlace
        group.youtube = values["youtube"].flatMap { fields.choice($0.value, "youtube", GroupSettings.Restriction.self) }
        group.recordsURL = values["record"].flatMap { fields.choice($0.value, "record", Recorded.self) }.map { $0 == .url }
        group.allowsOpaque = values["opaque"].flatMap { fields.choice($0.value, "opaque", GroupDefault.self) }.map { $0 == .allow }
        group.note = values["note"].flatMap { fields.text($0.value, "a note") }
        if let inspect = values["inspect"] { self.inspect(inspect.value) }
        return group
    }

    private func inspect(_ node: YAMLNode) {
        if case .text(let text) = node.content, ["off", "no", "false"].contains(text.lowercased()) { return }
        fields.sink.error(node.place, "inspect: Weir does not intercept TLS yet, so only \"off\" is possible")
    }

    private mutating func prefixes(
        _ node: YAMLNode?, owner: String, _ kind: WritableKeyPath<Claims, Claims.Kind>
    ) -> [IPPrefix] {
        guard let node else { return [] }
        var prefixes: [IPPrefix] = []
        for item in fields.list(node) {
            guard let text = fields.text(item, "an address") else { continue }
            guard let prefix = IPPrefix(text) else {
                fields.sink.error(item.place, "\"\(text)\" is neither an address nor an address block")
                continue
            }
            if isNew(prefix, owner: owner, item, kind.appending(path: \.prefixes), text) { prefixes.append(prefix) }
        }
        return prefixes
    }

    private mutating func users(_ node: YAMLNode?, owner: String, _ kind: WritableKeyPath<Claims, Claims.Kind>) -> [String] {
        guard let node else { return [] }
        var users: [String] = []
        for item in fields.list(node) {
            guard let user = fields.text(item, "a user's name") else { continue }
            guard !user.utf8.contains(where: { $0 < 0x20 || $0 == 0x7f || $0 == UInt8(ascii: ":") }) else {
                fields.sink.error(item.place, "a user's name holds neither colons nor control characters")
                continue
            }
            if isNew(user, owner: owner, item, kind.appending(path: \.users), user) { users.append(user) }
        }
        return users
    }

    /// Whether nobody of this kind claimed it before; says who did.
    private mutating func isNew<Key: Hashable>(
        _ key: Key, owner: String, _ node: YAMLNode, _ path: WritableKeyPath<Claims, [Key: (owner: String, line: Int)]>, _ text: String
    ) -> Bool {
        if let first = claims[keyPath: path][key] {
            fields.sink.error(node.place, "\(text) already belongs to \"\(first.owner)\" (line \(first.line))")
            return false
        }
        claims[keyPath: path][key] = (owner, node.place.line)
        return true
    }
}

private enum GroupDefault: String, CaseIterable {
    case allow, block
    var verdict: Verdict { self == .allow ? .allow : .block }
}

private enum Recorded: String, CaseIterable {
    case url, site
}
