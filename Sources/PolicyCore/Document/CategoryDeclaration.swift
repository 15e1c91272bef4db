/// A category: what its entries and lists match, without what its `except:` matches.
public struct CategoryDeclaration: Sendable, Hashable {
    public var name: String
    public var place: SourcePlace
    /// What people read; nil: the name.
    public var title: String?
    public var note: String?
    public var includes: EntrySources
    public var excepts: EntrySources

    public init(
        name: String, place: SourcePlace = .start, title: String? = nil, note: String? = nil, includes: EntrySources = EntrySources(),
        excepts: EntrySources = EntrySources()
    ) {
        self.name = name
        self.place = place
        self.title = title
        self.note = note
        self.includes = includes
        self.excepts = excepts
    }
}

/// Own entries and lists, as categories and their `except:` write them.
public struct EntrySources: Sendable, Hashable {
    public var entries: [OwnEntry]
    public var lists: [ListReference]

    public init(entries: [OwnEntry] = [], lists: [ListReference] = []) {
        self.entries = entries
        self.lists = lists
    }

    public var isEmpty: Bool { entries.isEmpty && lists.isEmpty }
}

/// An entry written in the policy itself.
public struct OwnEntry: Sendable, Hashable {
    /// The key an entry stands under.
    public enum Key: String, Sendable, Codable, CaseIterable {
        case sites, urls, expressions
    }

    public var key: Key
    /// As written: `=www.example.edu`, `example.org/lessons`, a pattern.
    public var text: String
    public var place: SourcePlace

    public init(key: Key, text: String, place: SourcePlace = .start) {
        self.key = key
        self.text = text
        self.place = place
    }
}

/// A list, or one member of it (`ut1/gambling`).
public struct ListReference: Sendable, Hashable {
    public var list: String
    /// `""` for the whole list.
    public var member: String
    public var place: SourcePlace

    public init(list: String, member: String = "", place: SourcePlace = .start) {
        self.list = list
        self.member = member
        self.place = place
    }

    /// As the policy writes it.
    public var text: String { member.isEmpty ? list : "\(list)/\(member)" }
}
