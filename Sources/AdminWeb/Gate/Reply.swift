import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// The kinds of answers there are.
enum Reply {
    static func html(_ text: String, status: HTTPResponse.Status = .ok) -> Response {
        bytes(Array(text.utf8), type: "text/html; charset=utf-8", status: status)
    }

    static func text(_ text: String, type: String = "text/plain; charset=utf-8", status: HTTPResponse.Status = .ok) -> Response {
        bytes(Array(text.utf8), type: type, status: status)
    }

    static func bytes(_ bytes: [UInt8], type: String, status: HTTPResponse.Status = .ok) -> Response {
        Response(status: status, headers: [.contentType: type], body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    /// A file for saving.
    /// - Parameter name: `[A-Za-z0-9.-]` only; anything else becomes `-`.
    static func download(_ content: String, name: String, type: String) -> Response {
        let safe = String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "." || $0 == "-") ? $0 : "-" })
        var response = text(content, type: type)
        response.headers[.contentDisposition] = "attachment; filename=\"\(safe)\""
        return response
    }

    static func json(_ value: some Encodable, status: HTTPResponse.Status = .ok) throws -> Response {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return bytes(Array(try encoder.encode(value)), type: "application/json", status: status)
    }

    /// After a form: 303, so that reloading does not send it again.
    /// - Parameter path: of this site, beginning with one `/`.
    static func seeOther(_ path: String) -> Response {
        let safe = path.hasPrefix("/") && !path.hasPrefix("//") && !path.hasPrefix("/\\") && path.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f }
        return Response(status: .seeOther, headers: [.location: safe ? path : "/"])
    }
}
