import Hummingbird
import PatternMatching
import PolicyCore
import PolicyStore

/// A request that passed the ``Gate``: everything a handler needs.
struct AdminRequest: Sendable {
    let site: Site
    let head: HTTPRequest
    let path: String
    let parameters: Parameters
    let query: Form
    /// Fields of the body where it is a form.
    let form: Form
    let files: [Multipart.File]
    let body: [UInt8]
    /// Fields that a JSON body of this route may have.
    let jsonFields: Set<String>
    let visitor: Visitor?
    let peer: IPAddress?
    let t: Messages
    let now: Instant

    /// A piece of the path, percent-decoded.
    func parameter(_ name: String) throws -> String {
        guard let raw = parameters.get(name) else { throw AdminFailure.notFound }
        return Form.percentDecoded(raw)
    }

    /// Who does this, for audit log and revisions.
    var author: String { visitor?.user ?? "set-up" }

    /// `host:port` as the browser wrote it.
    var host: String { head.authority ?? "" }

    var bodyText: String { String(decoding: body, as: UTF8.self) }
}
