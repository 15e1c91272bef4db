import PolicyCore

extension DocumentReader {
    /// Groups that inherit themselves and schedules that except themselves, each circle reported once where it closes.
    func checkCircles(_ document: PolicyDocument, _ top: Fields) {
        let inherits = Dictionary(
            document.groups.map { ($0.name, $0.inherit.map { [$0] } ?? []) }, uniquingKeysWith: { first, _ in first })
        for name in DocumentReader.closing(inherits, order: document.groups.map(\.name)) {
            let place = DocumentReader.place(of: "inherit", in: name, top["groups"]) ?? .start
            fields.sink.error(place, "group \"\(name)\" inherits itself")
        }
        let excepts = Dictionary(
            document.schedules.map { ($0.name, $0.exceptSchedules.map(\.name)) }, uniquingKeysWith: { first, _ in first })
        for name in DocumentReader.closing(excepts, order: document.schedules.map(\.name)) {
            let place = DocumentReader.place(of: "except", in: name, top["schedules"]) ?? .start
            fields.sink.error(place, "schedule \"\(name)\" excepts itself")
        }
    }

    /// The first member, in order, of each circle.
    private static func closing(_ edges: [String: [String]], order: [String]) -> [String] {
        var found: [String] = []
        var settled: Set<String> = []
        for name in order where !settled.contains(name) {
            let reached = reach(from: name, edges)
            if reached.contains(name) {
                found.append(name)
                // The other members of this circle lead back to this one.
                settled.formUnion(reached.filter { reach(from: $0, edges).contains(name) })
            }
        }
        return found
    }

    private static func reach(from name: String, _ edges: [String: [String]]) -> Set<String> {
        var reached: Set<String> = []
        var open = edges[name] ?? []
        while let next = open.popLast() {
            if reached.insert(next).inserted { open += edges[next] ?? [] }
        }
        return reached
    }

    private static func place(of key: String, in name: String, _ section: YAMLNode.Pair?) -> SourcePlace? {
        guard case .mapping(let pairs)? = section?.value.content, let entry = pairs.first(where: { $0.key == name }),
            case .mapping(let values) = entry.value.content
        else { return nil }
        return values.first { $0.key == key }?.value.place
    }
}
