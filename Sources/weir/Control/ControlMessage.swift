import Foundation

/// What a command asks a running server over `data/control`: one line of JSON each way.
struct ControlRequest: Codable, Sendable {
    var command: String
    var arguments: [String: String] = [:]
}

/// The answer: `output` is JSON text or plain text as the command defines; `error` a sentence.
struct ControlReply: Codable, Sendable {
    var output: String?
    var error: String?
}
