import Mustache

/// What a template is filled with: names and values, looked up without reflection. Values are `String`, `Int`, `Bool`, `View`,
/// `[View]` or `[String]`; a missing name is empty.
struct View: MustacheParent, ExpressibleByDictionaryLiteral, Sendable {
    private var values: [String: any Sendable]

    init(dictionaryLiteral elements: (String, (any Sendable)?)...) {
        values = [:]
        values.reserveCapacity(elements.count)
        for (name, value) in elements { values[name] = value }
    }

    subscript(_ name: String) -> (any Sendable)? {
        get { values[name] }
        set { values[name] = newValue }
    }

    func child(named name: String) -> Any? { values[name] }

    /// This view with `other`'s values over its own.
    func merging(_ other: View) -> View {
        var result = self
        result.values.merge(other.values) { _, new in new }
        return result
    }
}
