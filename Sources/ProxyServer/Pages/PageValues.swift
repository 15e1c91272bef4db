/// What fills a template's holes.
struct PageValues: Sendable {
    private var texts: [String: String] = [:]
    private var lists: [String: [PageValues]] = [:]

    init() {}

    init(_ texts: [String: String]) { self.texts = texts }

    /// A value; nil and empty count as not there.
    subscript(name: String) -> String? {
        get { texts[name].flatMap { $0.isEmpty ? nil : $0 } }
        set { texts[name] = newValue }
    }

    subscript(list name: String) -> [PageValues]? {
        get { lists[name] }
        set { lists[name] = newValue }
    }
}

extension [TemplatePiece] {
    /// Appends the page.
    /// - Parameter values: the innermost last: a name is looked for from there outwards.
    func render(_ values: [PageValues], _ catalogue: MessageCatalogue, into output: inout [UInt8]) {
        for piece in self {
            switch piece {
            case .bytes(let bytes): output += bytes
            case .hole(let name): if let text = values.text(name) { HTMLText.append(text, to: &output) }
            case .message(let key): catalogue.pieces(of: key)?.renderMessage(values, &output)
            case .messageOf(let name):
                if let key = values.text(name) { catalogue.pieces(of: key)?.renderMessage(values, &output) }
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

    /// A message is plain text: its own bytes are escaped too.
    private func renderMessage(_ values: [PageValues], _ output: inout [UInt8]) {
        for piece in self {
            switch piece {
            case .bytes(let bytes): HTMLText.append(String(decoding: bytes, as: UTF8.self), to: &output)
            case .hole(let name): if let text = values.text(name) { HTMLText.append(text, to: &output) }
            default: break
            }
        }
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
