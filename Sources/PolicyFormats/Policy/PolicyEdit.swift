public import PolicyCore

/// A change a form makes to a policy's text. Everything it is not about stays byte for byte: comments, order, blank lines, quoting.
public enum PolicyEdit: Sendable, Hashable {
    /// Adds an entry to a category's own, making the category where there is none.
    case addEntry(category: String, key: OwnEntry.Key, text: String)
    /// Takes an entry out of a category's own. Nothing happens where it is not there.
    case removeEntry(category: String, key: OwnEntry.Key, text: String)
    /// Writes a client's entry, new or in place of the one of that name.
    case setClient(ClientDeclaration)
    case removeClient(name: String)
    /// Writes a schedule, new or in place of the one of that name.
    case setSchedule(ScheduleDeclaration)
    case removeSchedule(name: String)
    /// Writes a list's subscription, new or in place of the one of that name.
    case setList(ListDeclaration)
    case removeList(name: String)
    /// Makes a category take entries from a list (`ut1/gambling`), making the category where there is none.
    case addListToCategory(category: String, list: String)
    case removeListFromCategory(category: String, list: String)
}

/// Why an edit is not made.
public struct PolicyEditError: Error, Sendable, Hashable, CustomStringConvertible {
    public var description: String

    public init(_ description: String) { self.description = description }
}
