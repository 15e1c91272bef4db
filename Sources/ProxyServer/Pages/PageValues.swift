/// What fills a template's holes.
struct PageValues: Sendable {
    // Some twenty short names: walking past them costs less than hashing one.
    private var texts: [(name: String, text: String)] = []
    private var lists: [(name: String, list: [PageValues])] = []

    init() {}

    init(_ texts: KeyValuePairs<String, String>) { self.texts = texts.map { ($0.key, $0.value) } }

    /// A value; nil and empty count as not there.
    subscript(name: String) -> String? {
        get { texts.first { $0.name == name }.flatMap { $0.text.isEmpty ? nil : $0.text } }
        set {
            let text = newValue ?? ""
            if let at = texts.firstIndex(where: { $0.name == name }) {
                texts[at].text = text
            } else if !text.isEmpty {
                texts.append((name, text))
            }
        }
    }

    subscript(list name: String) -> [PageValues]? {
        get { lists.first { $0.name == name }?.list }
        set {
            lists.removeAll { $0.name == name }
            if let newValue { lists.append((name, newValue)) }
        }
    }
}

extension [TemplatePiece] {
    /// Appends the page.
    /// - Parameters:
    ///   - values: the innermost last: a name is looked for from there outwards.
    ///   - catalogue: the one the template was put together for.
    func render(_ values: [PageValues], _ catalogue: MessageCatalogue, into output: inout [UInt8]) {
        for piece in self {
            switch piece {
            case .bytes(let bytes): output += bytes
            case .hole(let name): if let text = values.text(name) { HTMLText.append(text, to: &output) }
            case .message(let key): catalogue.html(of: key).render(values, catalogue, into: &output)
            case .messageOf(let name):
                if let key = values.text(name) { catalogue.html(of: key).render(values, catalogue, into: &output) }
            case .section(let name, let inner):
                if let list = values.list(name) {
                    for element in list { inner.render(values + [element], catalogue, into: &output) }
                } else if values.text(name) != nil {
                    inner.render(values, catalogue, into: &output)
                }
            case .inverted(let name, let inner):
                if values.list(name)?.isEmpty ?? (values.text(name) == nil) { inner.render(values, catalogue, into: &output) }
            }
        }
    }

    /// The same template for one language: its messages written out, and what never changes filled in.
    /// - Parameter constants: holes that have one value always.
    func put(together catalogue: MessageCatalogue, _ constants: [String: String]) -> [TemplatePiece] {
        var result: [TemplatePiece] = []
        func add(_ piece: TemplatePiece) {
            switch piece {
            case .bytes(let bytes):
                if case .bytes(let before) = result.last { result[result.count - 1] = .bytes(before + bytes) } else { result.append(piece) }
            case .hole(let name):
                guard let constant = constants[name] else { return result.append(piece) }
                var bytes: [UInt8] = []
                HTMLText.append(constant, to: &bytes)
                add(.bytes(bytes))
            case .message(let key): for piece in catalogue.html(of: key) { add(piece) }
            case .messageOf: result.append(piece)
            case .section(let name, let inner): result.append(.section(name, inner.put(together: catalogue, constants)))
            case .inverted(let name, let inner): result.append(.inverted(name, inner.put(together: catalogue, constants)))
            }
        }
        for piece in self { add(piece) }
        return result
    }
}

extension [PageValues] {
    fileprivate func text(_ name: String) -> String? {
        for values in reversed() { if let text = values[name] { return text } }
        return nil
    }

    fileprivate func list(_ name: String) -> [PageValues]? {
        for values in reversed() { if let list = values[list: name] { return list } }
        return nil
    }
}
