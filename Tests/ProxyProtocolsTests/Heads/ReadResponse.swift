@testable import ProxyProtocols

/// What an origin's bytes came to, in a form to compare: interim statuses, then the final head or a refusal.
struct ResponseGist: Hashable {
    var interims: [UInt16] = []
    var status: UInt16 = 0
    var switches = false
    var framing = BodyFraming.none
    var isReusable = false
    /// Input bytes read up to the end of the final head.
    var length = 0
    /// What the client is sent, interim heads included.
    var forwarded = ""
    var refusal: String?
    var isMore = false
}

/// Reads responses to one request, cut in every way; all ways must agree.
func readResponse(_ text: String, context: ResponseContext = ResponseContext(), limits: HeadLimits = HeadLimits()) -> ResponseGist {
    let input = latin(text)
    let results = Cuts.results(input) { lengths in
        var reader = ResponseHeadReader(limits: limits, context: context)
        var gist = ResponseGist()
        var output: [UInt8] = []
        let options = ForwardingOptions()
        for length in lengths {
            while true {
                let step = input.withUnsafeBytes { reader.read(UnsafeRawBufferPointer(rebasing: $0[gist.length..<length])) }
                switch step {
                case .more: break
                case .interim(let head, let length):
                    gist.interims.append(head.status)
                    gist.length += length
                    ResponseForwarder.interim(head, context: context, options: options, into: &output)
                    continue
                case .switching(let head, let length):
                    gist.switches = true
                    gist.status = head.status
                    gist.length += length
                    ResponseForwarder.switching(head, options: options, into: &output)
                    gist.forwarded = latinText(output)
                    return gist
                case .refuse(let refusal):
                    gist.refusal = "\(refusal.status) \(refusal.code)"
                    gist.forwarded = latinText(output)
                    gist.length = 0
                    return gist
                case .head(let head, let length):
                    gist.status = head.status
                    gist.framing = head.framing
                    gist.isReusable = head.isReusable
                    gist.length += length
                    let plan = ResponsePlan(head, context: context, keepAlive: true)
                    ResponseForwarder.head(head, plan: plan, options: options, into: &output)
                    gist.forwarded = latinText(output)
                    return gist
                }
                break
            }
        }
        gist.isMore = true
        return gist
    }
    if results.count == 1, let result = results.first { return result }
    return ResponseGist(refusal: "cut differently, different: \(results)")
}

func latinText(_ bytes: [UInt8]) -> String { String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) })) }

/// A 200 with these field lines.
func ok(_ fields: String, version: String = "1.1") -> String { "HTTP/\(version) 200 OK\r\n" + fields + "\r\n" }
