import NIOCore
import PatternMatching
import PolicyCore
import ProxyProtocols
import Visits

/// From a head to what is done about it: configuration, credentials, policy.
extension ClientConnection {
    /// Takes the next request.
    func take(_ head: RequestHead) {
        loop.counters.requests += 1
        if head.hostMismatch { loop.counters.hostMismatches += 1 }
        var request = PendingRequest(head: head, asker: asker(of: head), time: loop.now, isInner: outer != nil)
        outer = nil
        let settings = loop.settings
        let answer = settings.gate.check(head, isClient: settings.allowed.contains(request.asker.address ?? address))
        if case .refuse(let refusal) = answer { return refuse(refusal, request) }
        if request.isInner, head.upgrade != .websocket || head.hostMismatch { return refuse(RequestGate.portRefusal, request) }
        guard settings.configuration.authentication == .basic, !request.isInner else { return proceed(request, answer) }
        guard let credentials = ProxyAuthorization.basic(of: head) else { return refuseCredentials(request) }
        request.asker.user = credentials.user
        let generation = loop.parts.dependencies.credentials.generation
        switch loop.credentials.answer(user: credentials.user, password: credentials.password, generation: generation, at: .now()) {
        case true?: proceed(request, answer)
        case false?: refuseCredentials(request)
        case nil: check(credentials, request, answer)
        }
    }

    private func asker(of head: RequestHead) -> Asker {
        // The head inside a CONNECT is the user's, however much the peer that brought the CONNECT is trusted (SECURITY.md B7).
        if let outer { return outer.asker }
        let settings = loop.settings
        var address = self.address
        if settings.isTrusted(address) {
            address = ForwardedFor.client(peer: address, head: head) { settings.trusted.contains($0) }
        }
        // A hardware address is the socket's own peer's, never that of somebody behind it.
        return Asker(address: address, mac: address == peer ? hardwareAddress : nil)
    }

    /// Has a password checked off the loop; bytes that come meanwhile wait.
    private func check(_ credentials: (user: String, password: String), _ request: PendingRequest, _ answer: GateAnswer) {
        stage = .credentials(request)
        loop.check(user: credentials.user, password: credentials.password, from: request.asker.address ?? address)
            .whenComplete { result in
                guard case .credentials = self.stage else { return }
                var request = request
                // The policy may have come to know devices meanwhile.
                if request.asker.address == self.peer { request.asker.mac = self.hardwareAddress }
                self.stage = .head
                switch result {
                case .success(.right): self.proceed(request, answer)
                case .success(.notChecked(let seconds)): self.refuseUnchecked(request, seconds)
                case .success(.wrong), .failure: self.refuseCredentials(request)
                }
                self.advance()
                self.readIfWanted()
            }
    }

    private func refuseCredentials(_ request: PendingRequest) {
        let reply = loop.parts.pages.credentialsRequired(PageHints(request.head), closes: true, time: request.time)
        refuse(request, "credentials-required", reply)
    }

    /// The password may be right: a browser that is told 407 would forget it.
    private func refuseUnchecked(_ request: PendingRequest, _ seconds: Int) {
        let reply = loop.parts.pages.credentialsNotChecked(PageHints(request.head), seconds: seconds, time: request.time)
        refuse(request, "credentials-not-checked", reply)
    }

    private func refuse(_ request: PendingRequest, _ code: String, _ reply: SelfMadeReply) {
        let visit = loop.begin(
            VisitBeginning(
                request, rejected: code, client: loop.clientName(request.asker), records: loop.recordsPaths(of: request.asker)))
        loop.counters.countRejection(code)
        reject(reply, visit, isHead: request.isHead)
    }

    /// Lets the policy decide.
    private func proceed(_ request: PendingRequest, _ answer: GateAnswer) {
        guard loop.records.isRecording else { return refuseUnrecorded(request) }
        guard let snapshot = loop.snapshot else {
            return refuse(Refusal(status: 503, code: "no-policy", detail: "no policy is in force yet"), request)
        }
        let identity = identify(request.asker, snapshot)
        if case .portal = answer { return collectForPortal(request, identity) }
        if case .answerHere = answer { return answerHere(request, identity) }
        guard let url = request.head.url else { return refuse(.loop, request) }
        let asked = Asked(url: url, method: request.head.methodText)
        let decision = snapshot.decide(asked, by: identity, at: request.time, state: loop.ledger)
        if case .upgradeOnly = answer, case .allow = decision { return acceptUpgradeTunnel(request) }
        let isPage = request.isTunnel ? loop.bursts.isPage(client: identity.client, site: url.site, at: request.time) : request.isPage
        let beginning = VisitBeginning(
            request, asked: asked, identity: identity, decision: decision, records: snapshot.settings(for: identity).recordsURL,
            isPage: isPage, generation: snapshot.generation)
        let passage = Passage(
            loop.begin(beginning), loop: loop, asked: asked, asker: request.asker, identity: identity, decision: decision,
            isPage: isPage)
        passage.restriction = snapshot.settings(for: identity).restriction(of: url)
        if let list = decision.ground.missingList { return answerListMissing(request, passage, list) }
        switch decision {
        case .allow:
            loop.counters.allowed += 1
            if request.isTunnel { openTunnel(request, passage, snapshot) } else { forward(request, passage) }
        case .block, .warn: showBlock(request, passage, snapshot)
        }
    }

    /// Who this is, found out once for each snapshot and asker.
    private func identify(_ asker: Asker, _ snapshot: PolicySnapshot) -> Identity {
        if let known = identity, known.generation == snapshot.generation, known.asker == asker { return known.identity }
        let found = snapshot.identify(asker)
        identity = (snapshot.generation, asker, found)
        return found
    }

    private func forward(_ request: PendingRequest, _ passage: Passage) {
        let exchange = Exchange(client: self, request: request, passage: passage)
        stage = .exchange(exchange)
        exchange.start()
    }

    private func openTunnel(_ request: PendingRequest, _ passage: Passage, _ snapshot: PolicySnapshot) {
        loop.counters.tunnels += 1
        let setup = TunnelSetup(
            client: self, request: request, passage: passage, allowsOpaque: snapshot.settings(for: passage.identity).allowsOpaque)
        stage = .dialling(setup)
        setup.start()
    }

    /// Accepts a CONNECT to an HTTP port as far as its `200`: nothing goes upstream, and nothing is recorded, before an upgrade has come
    /// inside, which is then judged and recorded as what it is.
    private func acceptUpgradeTunnel(_ request: PendingRequest) {
        write(SelfMadeReply.connectEstablished)
        flush()
        beginInnerHead(of: request)
    }
}

extension RequestURL {
    /// The host as it stands in a URL: an IPv6 literal in brackets.
    var bracketedHost: String { String(decoding: bytes[hostRange], as: UTF8.self) }
}

extension ProxyCounters {
    mutating func countRejection(_ code: String) {
        rejected += 1
        rejections[code, default: 0] += 1
    }
}
