import PolicyCore
import PolicyStore
import VisitStore

/// What the API answers of one; optional fields are left out where absent.
struct RevisionAnswer: Encodable {
    var number: Int64
    var time: String
    var author: String
    var note: String?
    var bytes: Int
    /// Only where one revision is asked for.
    var text: String?

    init(_ revision: Revision, text: String? = nil) {
        number = revision.number
        time = CivilTime.rfc3339(revision.time.milliseconds)
        author = revision.author
        note = revision.note
        bytes = revision.byteCount
        self.text = text
    }
}
