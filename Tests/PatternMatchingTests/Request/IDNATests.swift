import Testing

@testable import PatternMatching

@Suite struct IDNATests {
    @Test(arguments: [
        ("ПРИМЕР.РФ", "xn--e1afmkfd.xn--p1ai"), ("مثال.إختبار", "xn--mgbh0fb.xn--kgbechtv"), ("日本語。ＪＰ", "xn--wgv71a119e.jp"),
        ("Ⅷ.com", "viii.com"), ("①.com", "1.com"), ("ﬁ.com", "fi.com"), ("\u{212a}.com", "k.com"), ("ſ.com", "s.com"),
        ("𝟏𝟐𝟕.0.0.1", "127.0.0.1"),
        ("ü_b.com", "xn--_b-wka.com"), ("ü.xn--bcher-kva.com", "xn--tda.xn--bcher-kva.com"), ("a\u{b7}b.com", "xn--ab-0ea.com"),
        ("\u{64a}.", "xn--mhb"), ("1.\u{64a}", "1.xn--mhb"),
        // allowed by UTS 46 alone
        ("☃.net", "xn--n3h.net"), ("I❤.ws", "xn--i-7iq.ws"), ("i❤\u{fe0f}.ws", "xn--i-7iq.ws"), ("💩.la", "xn--ls8h.la"),
        ("a†--", "xn--a---kp0a"),
        ("-†", "xn----xhn"), ("≠", "xn--1ch"), ("≮", "xn--gdh"), ("r3---ü.com", "xn--r3----ova.com"), ("❤。☃", "xn--qei.xn--n3h"),
        ("-x.ß", "-x.xn--zca"),
        ("ab--c.ß", "ab--c.xn--zca"), ("xn--zca.❤", "xn--zca.xn--qei"),
    ])
    func toASCII(name: String, expected: String) {
        #expect(HostName.canonical(name)?.text == expected)
    }

    @Test(arguments: [
        "a\u{200d}b.com", "\u{200d}.example", "⒈com", "\u{fffd}.com", "يa", "\u{64a}.1", "xn--ü.com", "xn--❤.com", "❤\u{300}.com",
        "❤\u{5d0}.com", "❤..com", "❤ .com",
        "❤/.com", "a\u{2028}b.com", "\u{e0061}❤.com", "❤\u{ad}\u{200b}\u{202e}.com", "\u{ff05}❤",
    ])
    func refused(name: String) {
        #expect(HostName.canonical(name) == nil)
    }

    /// RFC 3492 section 7.1.
    @Test(arguments: [
        ("ليهمابتكلموشعربي؟", "egbpdaj6bu4bxfgehfvwxn"), ("他们为什么不说中文", "ihqwcrb4cv8a8dqg056pqjye"),
        ("Pročprostěnemluvíčesky", "Proprostnemluvesky-uyb24dma41a"), ("3年B組金八先生", "3B-ww4c5e180e575a65lsy2b"),
        ("-> $1.00 <-", "-> $1.00 <--"),
    ])
    func punycode(label: String, expected: String) {
        #expect(Punycode.encode(Array(label.unicodeScalars)).map { String(decoding: $0, as: UTF8.self) } == expected)
    }
}
