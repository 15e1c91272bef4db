/// Hosts of every kind that no list means all at once: one that matches over half of them (`.*`, `com`) has to be confirmed by somebody.
public enum CommonHosts {
    /// In lower case, with `www.` where they have it.
    public static let all = [
        "www.google.com", "www.youtube.com", "www.facebook.com", "en.wikipedia.org", "www.amazon.com", "www.apple.com", "www.microsoft.com",
        "github.com", "www.bbc.co.uk", "www.lemonde.fr", "www.spiegel.de", "www.nytimes.com", "www.elpais.com", "www.corriere.it",
        "www.nhs.uk",
        "www.service-public.fr", "www.bund.de", "www.gov.uk", "www.usa.gov", "europa.eu", "www.mit.edu", "www.ox.ac.uk", "www.ethz.ch",
        "www.u-tokyo.ac.jp", "www.debian.org", "www.kernel.org", "www.python.org", "swift.org", "www.mozilla.org", "archive.org",
        "www.openstreetmap.org", "duckduckgo.com", "www.bing.com", "www.yahoo.co.jp", "www.baidu.com", "www.naver.com", "www.ebay.de",
        "www.ikea.com", "www.booking.com", "www.bahn.de", "www.sncf-connect.com", "www.dhl.de", "www.paypal.com", "www.visa.com",
        "www.netflix.com", "open.spotify.com", "www.reddit.com", "www.linkedin.com", "www.instagram.com", "www.whatsapp.com", "zoom.us",
        "www.dropbox.com", "www.office.com", "www.icloud.com", "mail.google.com", "www.gmx.net", "www.weather.com", "www.imdb.com",
        "www.nasa.gov", "www.who.int",
    ]
}
