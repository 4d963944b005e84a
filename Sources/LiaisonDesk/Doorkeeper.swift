// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Crypto
import LiaisonNotes
import LiaisonVault
import Synchronization

/// Who may talk to the desk: a browser that was handed the address of a desk of one's own, or whose agent gave the passphrase at an
/// institution's desk, and no page of anybody else's.
///
/// The address holds a token that is good for one use and becomes a cookie, as the passphrase does. A browser sends that cookie to the
/// desk whoever made the page that asks, so each request is judged by where it comes from as well: by the name it calls the desk by
/// (against DNS rebinding), by what the browser says of its origin (Fetch Metadata, RFC 6454), and for all that changes something by a
/// token that only the desk's own pages hold.
final class Doorkeeper: Sendable {
    /// What a request says of itself.
    struct Visitor {
        var host: String?
        var origin: String?
        /// `Sec-Fetch-Site`; absent from other programs and old browsers.
        var fetchSite: String?
        /// Other programs of this address may have set more of the same name.
        var cookies: [String] = []
        /// Whether it asks for a change.
        var isChange: Bool
    }

    /// A browser that was let in.
    struct Guest: Hashable, Sendable {
        /// What its forms must bring back.
        let formToken: String
        /// Whose vault it works with; nil at a desk of one's own, which has one.
        var agent: VaultName?
    }

    /// A guest's stay at an institution's desk, as its agent sees it.
    struct Stay: Hashable, Sendable {
        /// Names it among all, and says nothing of the others.
        let number: Int
        let guest: Guest
        /// The browser, as it calls itself.
        let browser: String
        let since: Instant
        var lastUse: Instant
    }

    enum Refusal: Error, Equatable {
        /// The request calls this program by another name than its own.
        case otherName
        /// Another site asks.
        case otherSite
        /// No browser that was let in.
        case stranger
        /// The address was used before.
        case used
        /// The form is not of a page of this browser.
        case formToken
    }

    /// How long after its last use a stay at an institution's desk ends, and how long after its beginning in any case.
    static let period = SessionKeyRing.usual
    static let longest = SessionKeyRing.longest

    private struct State {
        var site = Site.loopback(port: 0)
        var entry: String?
        /// By cookie.
        var stays: [String: Stay] = [:]
        /// What was just done, for the guest's next page.
        var done: [Guest: [String]] = [:]
    }

    private let state = Mutex(State())
    private let clock: @Sendable () -> Instant
    private let random: RandomBytes

    init(clock: @escaping @Sendable () -> Instant, random: RandomBytes = .system) {
        self.clock = clock
        self.random = random
    }

    /// Tells under which address the desk is reached.
    func listens(at site: Site) { state.withLock { $0.site = site } }

    var site: Site { state.withLock { $0.site } }

    // MARK: In and out

    /// A new address, good for one browser. An earlier one that was not used is void.
    func newAddress() -> String {
        let token = Self.text(random(32))
        return state.withLock { state in
            state.entry = token
            return "\(state.site.address)/enter?token=\(token)"
        }
    }

    /// Lets the holder of the address in, once.
    ///
    /// - Returns: the cookie's value.
    func enter(_ token: String) throws(Refusal) -> String {
        let isLetIn = state.withLock { state in
            guard let entry = state.entry, Self.isSame(entry, token) else { return false }
            state.entry = nil
            return true
        }
        guard isLetIn else { throw .used }
        return admit(nil, browser: "")
    }

    /// Lets a browser in whose agent has given the passphrase.
    ///
    /// - Returns: the cookie's value.
    func admit(_ agent: VaultName?, browser: String) -> String {
        let (cookie, guest) = (Self.text(random(32)), Guest(formToken: Self.text(random(32)), agent: agent))
        let now = clock()
        let number = random(6).reduce(0) { $0 << 8 | Int($1) }
        state.withLock { state in
            state.stays[cookie] = Stay(number: number, guest: guest, browser: browser, since: now, lastUse: now)
        }
        return cookie
    }

    /// An agent's stays, the last used first.
    func stays(of agent: VaultName?) -> [Stay] {
        state.withLock { Array($0.stays.values) }.filter { $0.guest.agent == agent }.sorted { $0.lastUse > $1.lastUse }
    }

    /// Whoever was let in with one of these cookies.
    func guests(_ cookies: [String]) -> Set<Guest> {
        state.withLock { state in Set(cookies.compactMap { state.stays[$0]?.guest }) }
    }

    func isIn(_ guest: Guest) -> Bool { state.withLock { $0.stays.values.contains { $0.guest == guest } } }

    /// Shows guests out.
    ///
    /// - Returns: those who were in.
    @discardableResult
    func end(where isMeant: (Stay) -> Bool) -> [Guest] {
        state.withLock { state in
            let ended = state.stays.filter { isMeant($0.value) }
            for (cookie, stay) in ended {
                state.stays[cookie] = nil
                state.done[stay.guest] = nil
            }
            return ended.values.map(\.guest)
        }
    }

    /// Whether a stay has lasted too long. At a desk of one's own none does: there the vault locks.
    func isOver(_ stay: Stay) -> Bool {
        let now = clock()
        return stay.guest.agent != nil && (now - stay.lastUse > Self.period || now - stay.since > Self.longest)
    }

    // MARK: Judging

    /// Judges by which name a request calls this program.
    func judgeName(_ visitor: Visitor) throws(Refusal) {
        guard let host = visitor.host, site.isNamed(host) else { throw .otherName }
    }

    /// Judges where a request comes from, whoever sends it.
    func judgeSite(_ visitor: Visitor) throws(Refusal) {
        try judgeName(visitor)
        // A page without a referrer names its origin `null` when it posts a form (Fetch, "append a request Origin header").
        if let origin = visitor.origin, origin != "null", origin != "\(site.scheme)://\(visitor.host ?? "")" {
            throw .otherSite
        }
        // Another port of this address is the same site, and another program.
        guard [nil, "same-origin", "none"].contains(visitor.fetchSite) else { throw .otherSite }
    }

    /// The browser behind a request.
    ///
    /// - Parameter isUse: whether a person asks; then the time until the stay ends begins anew.
    func guest(_ visitor: Visitor, isUse: Bool = true) throws(Refusal) -> Guest {
        try judgeSite(visitor)
        let now = clock()
        let guest = state.withLock { state -> Guest? in
            for cookie in visitor.cookies {
                guard let stay = state.stays[cookie], !isOver(stay) else { continue }
                if isUse { state.stays[cookie]?.lastUse = now }
                return stay.guest
            }
            return nil
        }
        guard let guest else { throw .stranger }
        return guest
    }

    /// Keeps what was just done, in words, for the guest's next page.
    func done(_ words: [String], _ guest: Guest) { state.withLock { $0.done[guest] = words } }

    func takeDone(_ guest: Guest) -> [String]? { state.withLock { $0.done.removeValue(forKey: guest) } }

    /// Whether a form is of one of this browser's own pages.
    func check(_ formToken: String?, of guest: Guest) throws(Refusal) {
        guard let formToken, Self.isSame(guest.formToken, formToken) else { throw .formToken }
    }

    // MARK: Texts

    private static func text(_ bytes: [UInt8]) -> String { Hex.encode(bytes) }

    /// In the same time wherever they differ.
    private static func isSame(_ one: String, _ other: String) -> Bool {
        SHA256.hash(data: Array(one.utf8)) == SHA256.hash(data: Array(other.utf8))
    }
}
