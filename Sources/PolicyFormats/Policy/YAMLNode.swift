import PolicyCore

/// A YAML document as the policy reader sees it: text, lists and mappings, each with its place. Scalars are text whatever YAML makes of them.
struct YAMLNode {
    enum Content {
        /// A plain empty scalar (or `~`): a key with nothing behind it.
        case nothing
        case text(String)
        case list([YAMLNode])
        case mapping([Pair])
    }

    struct Pair {
        let key: String
        let keyPlace: SourcePlace
        let value: YAMLNode
    }

    let place: SourcePlace
    let content: Content

    /// What it is, for messages.
    var kind: String {
        switch content {
        case .nothing: "nothing"
        case .text: "text"
        case .list: "a list"
        case .mapping: "a mapping"
        }
    }
}
