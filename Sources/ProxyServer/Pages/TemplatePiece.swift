/// A template taken apart: bytes that stand, and holes.
enum TemplatePiece: Sendable {
    case bytes([UInt8])
    /// `{{name}}`: a value, escaped.
    case hole(String)
    /// `{{t:key}}`: the message of this key, in the reader's language.
    case message(String)
    /// `{{m:name}}`: the message whose key is the value of this name.
    case messageOf(String)
    /// `{{#name}}…{{/name}}`: once for every element of a list, once where a value is there, else not at all.
    case section(String, [TemplatePiece])
    /// `{{^name}}…{{/name}}`: where the value is not there and the list is empty.
    case inverted(String, [TemplatePiece])
}
