import PolicyCore
import ProxyProtocols

extension Pages {
    /// A page made once for all requests it is the same for; nil where text of the policy could be taken for a mark.
    func pageToKeep(_ key: KeptPageKey, _ notice: BlockNotice, _ form: BlockForm) -> KeptPages.Page? {
        if key.mayHoldMarks(notice.snapshot) { return nil }
        var reply = made(notice, form, isMarked: true)
        guard let skeleton = PageSkeleton(reply.body) else { return nil }
        reply.body = []
        reply.writeFields()
        return KeptPages.Page(reply: reply, skeleton: skeleton, moment: moment(notice, form))
    }

    /// The kept page with what this request brings.
    func filled(_ page: KeptPages.Page, _ key: KeptPageKey, _ notice: BlockNotice, _ form: BlockForm) -> SelfMadeReply {
        var moment = page.moment
        // Within a second minutes are left no longer than at its beginning, but for a grant that ends between seconds.
        let isWhole = form.until.map { $0.milliseconds % 1000 == 0 } ?? true
        if moment.second != notice.time.seconds || moment.until != form.until || !isWhole {
            moment = self.moment(notice, form)
            kept.say(moment, key, of: notice.snapshot.mark)
        }
        let url = notice.asked.url
        let host = url.host
        var reply = page.reply
        reply.date = notice.time.wholeSeconds
        reply.body = page.skeleton.filled(more: 2 * url.bytes.count + 512) { mark, output in
            switch mark {
            case .host: form.shape.append(host, to: &output)
            case .url: form.shape.append(url.text, to: &output)
            case .client: form.shape.append(notice.identity.client, to: &output)
            case .time: output += moment.words
            case .stamp: output += moment.stamp
            case .until: output += moment.untilWords
            case .untilStamp: output += moment.untilStamp
            case .untilLeft: output += moment.untilLeft
            case .ask: signer.sign(FormToken(.ask, notice, isInPlace: true).bytes, into: &output)
            case .proceed: signer.sign(FormToken(.proceed, notice, isInPlace: true).bytes, into: &output)
            }
        }
        return reply
    }

    private func moment(_ notice: BlockNotice, _ form: BlockForm) -> KeptPages.Moment {
        let policy = PolicyWords(notice.snapshot, form.catalogue)
        var moment = KeptPages.Moment(second: notice.time.seconds, until: form.until)
        form.shape.append(policy.moment(notice.time, from: notice.time), to: &moment.words)
        form.shape.append(policy.stamp(notice.time), to: &moment.stamp)
        if let until = form.until {
            form.shape.append(policy.moment(until, from: notice.time), to: &moment.untilWords)
            form.shape.append(policy.stamp(until), to: &moment.untilStamp)
            form.shape.append(policy.duration(until.milliseconds &- notice.time.milliseconds), to: &moment.untilLeft)
        }
        return moment
    }
}

extension PageShape {
    /// Appends text as it may stand in a body of this shape.
    func append(_ text: String, to output: inout [UInt8]) {
        switch self {
        case .page, .frame: HTMLText.append(text, to: &output)
        case .json: JSONText.appendInner(text, to: &output)
        case .script, .style: SmallBody.appendComment(text, to: &output)
        case .image, .text: SmallBody.appendVisible(text, to: &output)
        }
    }
}
