/// What the OpenAPI document says of a route.
struct Operation: Sendable {
    struct Field: Sendable {
        enum Kind: Sendable {
            case string, integer, boolean
            /// An array of texts.
            case strings
            /// An array of a schedule's windows.
            case windows
        }

        var name: String
        var kind: Kind
        var isRequired: Bool
        var text: String

        init(_ name: String, _ text: String, kind: Kind = .string, required: Bool = false) {
            self.name = name
            self.kind = kind
            self.text = text
            isRequired = required
        }
    }

    var summary: String
    var tag: String
    var query: [Field] = []
    /// Fields of the JSON object sent.
    var body: [Field] = []
    var answer: String
    /// The status of an answer that is no error.
    var status = 200
}
