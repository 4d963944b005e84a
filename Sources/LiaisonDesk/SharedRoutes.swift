// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import HTTPTypes
import Hummingbird
import LiaisonClient
import LiaisonForms
import LiaisonModel
import LiaisonNotes
import LiaisonVault
import LiaisonWords

/// What an institution's desk answers to somebody who was not let in: who are you, and the first time. Everything else is the desk of
/// the agent who was.
struct SharedRoutes: Sendable {
    let rooms: Rooms
    let doorkeeper: Doorkeeper
    let printer: Printer
    let known: KnownBrowsers
    /// The relay that answers invitations; nil where vaults are made elsewhere.
    let relay: String?
    private let lockOut = LockOut()
    /// Of browsers that nobody has signed in with before, so many of one network wait at once to have their passphrase judged: the
    /// others need not wait for more.
    private let strangers = Places(each: 32, all: 256)
    private let door = Door()

    init(rooms: Rooms, doorkeeper: Doorkeeper, printer: Printer, known: KnownBrowsers, relay: String?) {
        self.rooms = rooms
        self.doorkeeper = doorkeeper
        self.printer = printer
        self.known = known
        self.relay = relay
    }

    private var language: Language { printer.language }

    // MARK: The router

    private static let doors: Set<String> = ["/unlock", "/join"]

    func router() -> Router<DeskContext> {
        let router = Router(context: DeskContext.self)
        router.add(
            middleware: Admission(
                doorkeeper: doorkeeper, isOpen: { $0.hasPrefix(Printer.assetsPath) || Self.doors.contains($0) },
                refusal: refuse))
        router.add(middleware: Usher(rooms: rooms))
        router.get("assets/{name}", use: Printer.asset)
        router.get("unlock", use: { request, _ in signInPage(request) })
        router.post("unlock", use: signIn)
        if relay != nil {
            router.get("join", use: { request, _ in printed(JoinPage(), request) })
            router.post("join", use: join)
        }
        return router
    }

    @Sendable private func refuse(_ error: any Error, _ request: Request, _ guest: Doorkeeper.Guest?) -> Response {
        if case Doorkeeper.Refusal.stranger = error {
            // A page's script is told so; a person is asked who comes.
            return request.isBackground || request.uri.path == "/here"
                ? Response(status: .unauthorized) : DeskRoutes.see("/unlock")
        }
        return printer.html(
            printer.refusal(error, home: guest == nil ? nil : "/inbox"), status: RefusedPage.status(of: error),
            formToken: guest?.formToken)
    }

    /// Leads whoever was let in to the desk of the own vault.
    private struct Usher: RouterMiddleware {
        let rooms: Rooms

        func handle(
            _ request: Request, context: DeskContext, next: (Request, DeskContext) async throws -> Response
        ) async throws -> Response {
            guard let guest = context.guest else { return try await next(request, context) }
            guard let desk = await rooms.desk(of: guest) else { throw Doorkeeper.Refusal.stranger }
            return try await desk.respond(to: request, context: context)
        }
    }

    // MARK: Signing in

    private func signInPage(
        _ request: Request, name: String = "", problem: String? = nil, status: HTTPResponse.Status = .ok
    ) -> Response {
        printed(SignInPage(name: name, problem: problem, canJoin: relay != nil), request, status: status)
    }

    @Sendable private func signIn(_ request: Request, _ context: DeskContext) async throws -> Response {
        let form = try await doorForm(request, context)
        let typed = form["name"] ?? ""
        // A name that no vault can have is treated as one that none has.
        let name = VaultName(typed)
        let sources = sources(of: name, request, context)
        var isKnown = false
        if case .browser? = sources.first { isKnown = true }
        func judged() async throws -> String {
            // What is said of a vault that cannot be opened is counted as a guess: it says that there is one.
            try await lockOut.judge(sources, now: rooms.now, isGuess: { _ in true }) {
                try await rooms.signIn(
                    name, form.passphrase(), browser: BrowserName.text(request.headers[.userAgent] ?? "", language),
                    isKnown: isKnown)
            }
        }
        do {
            let cookie = isKnown ? try await judged() : try await strangers.take(context.network, judged)
            return await letIn(name, cookie, request)
        } catch let waiting as LockOut.Waiting {
            return tooEarly(waiting, typed, request)
        } catch VaultFailure.wrongPassphrase {
            return signInPage(
                request, name: typed,
                problem: language(
                    "Identifiant ou phrase de passe incorrects.", "This name or this passphrase is wrong."),
                status: .unprocessableContent)
        } catch {
            return signInPage(
                request, name: typed, problem: FailureWords.text(error, language),
                status: error is Busy ? .serviceUnavailable : .unprocessableContent)
        }
    }

    private func tooEarly(_ waiting: LockOut.Waiting, _ typed: String, _ request: Request) -> Response {
        var response = signInPage(
            request, name: typed,
            problem: waiting.text(language) + "\n"
                + language(
                    "Sur un poste où vous avez déjà ouvert le bureau, vous n'attendez pas.",
                    "On a computer where you have opened the desk before you do not wait."),
            status: .tooManyRequests)
        response.headers[.retryAfter] = String(waiting.time.rawValue)
        return response
    }

    private func letIn(_ name: VaultName?, _ cookie: String, _ request: Request) async -> Response {
        // Whoever was at work in this browser before is not any more.
        let before = doorkeeper.guests(request.cookieValues(doorkeeper.site.cookieName))
        await rooms.showOut { before.contains($0.guest) }
        var response = DeskRoutes.see("/")
        response.setCookie(Self.cookie(doorkeeper.site.cookieName, cookie))
        if let name {
            let others = request.cookieValues(KnownBrowsers.cookieName).first ?? ""
            response.setCookie(
                Self.cookie(
                    KnownBrowsers.cookieName, known.cookie(for: name, beside: others), maxAge: KnownBrowsers.age))
        }
        return response
    }

    /// By what a wrong passphrase is counted.
    private func sources(of name: VaultName?, _ request: Request, _ context: DeskContext) -> [LockOut.Source] {
        guard let name else { return [.network(context.network)] }
        let browser = request.cookieValues(KnownBrowsers.cookieName).lazy.compactMap { known.browser($0, of: name) }
            .first
        return browser.map { [.browser($0)] } ?? [.vault(name.description), .network(context.network)]
    }

    private static func cookie(_ name: String, _ value: String, maxAge: Int? = nil) -> Cookie {
        Cookie(name: name, value: value, maxAge: maxAge, path: "/", secure: true, httpOnly: true, sameSite: .strict)
    }

    // MARK: The first time

    @Sendable private func join(_ request: Request, _ context: DeskContext) async throws -> Response {
        let form = try await doorForm(request, context)
        let (typed, words) = (form["name"] ?? "", form["words"] ?? "")
        func again(
            _ problem: String, at field: JoinPage.Field, _ status: HTTPResponse.Status = .unprocessableContent
        ) -> Response {
            printed(JoinPage(name: typed, words: words, fault: Fault(problem, at: field)), request, status: status)
        }
        guard let relay, let name = VaultName(typed) else {
            return again(
                language(
                    "Choisissez un identifiant : deux lettres ou plus, des chiffres, - _ . @ ; sans accent ni espace.",
                    "Choose a name: two letters or more, digits, - _ . @; no accents, no spaces."),
                at: .name)
        }
        let code: InvitationCode
        do {
            code = try InvitationCode(text: words)
        } catch {
            return again(error.text(language), at: .words)
        }
        let passphrase = form["passphrase"] ?? ""
        if let problem = PassphraseWords.weakness(passphrase, language) { return again(problem, at: .passphrase) }
        guard passphrase == form["again"] else { return again(PassphraseWords.different(language), at: .again) }
        // Words that the relay does not know, and a passphrase that another's vault does not have, are guesses.
        let sources = [LockOut.Source.vault(name.description), .network(context.network)]
        func isGuess(_ error: any Error) -> Bool {
            if case ClientFailure.unreachable = error { return false }
            return !(error is Busy)
        }
        do {
            let invitation = try await lockOut.judge(sources, now: rooms.now, isGuess: isGuess) {
                let passphrase = try form.passphrase()
                return try await strangers.take(context.network) {
                    try await Account.join(code, over: relay, now: rooms.now) {
                        try await rooms.openOrCreate(name, passphrase)
                    }
                }
            }
            return printed(JoinedPage(name: name.description, agent: invitation.agent.description), request)
        } catch let waiting as LockOut.Waiting {
            return again(waiting.text(language), at: .words, .tooManyRequests)
        } catch VaultFailure.wrongPassphrase, VaultFailure.exists {
            return again(
                language(
                    "Cet identifiant est déjà pris : choisissez-en un autre.", "This name is taken: choose another."),
                at: .name)
        } catch {
            return again(FailureWords.text(error, language), at: .words)
        }
    }

    // MARK: The door

    /// A page for somebody who was not let in. Its form brings a token back that only a page shown to this browser holds: nobody is
    /// signed in by another site.
    private func printed<Matter: Page>(
        _ page: Matter, _ request: Request, status: HTTPResponse.Status = .ok
    ) -> Response {
        let held = request.cookieValues(Door.cookieName).first { door.isOurs($0) }
        let cookie = held ?? door.newCookie()
        var response = printer.html(page, status: status, formToken: door.formToken(of: cookie))
        if held == nil { response.setCookie(Self.cookie(Door.cookieName, cookie)) }
        return response
    }

    /// More than two names, two passphrases and nine words.
    private static let largestForm = 16 << 10

    private func doorForm(_ request: Request, _ context: DeskContext) async throws -> FormBody {
        let form = try await FormBody(request, upTo: Self.largestForm)
        let token = form["token"] ?? ""
        guard request.cookieValues(Door.cookieName).contains(where: { door.isFormToken(token, of: $0) }) else {
            throw Doorkeeper.Refusal.formToken
        }
        return form
    }
}

/// Recognises the browsers that were shown a page before anybody was let in, and the forms on it, without keeping anything of them.
struct Door: Sendable {
    static let cookieName = "__Host-liaison-door"
    private let mark: BrowserMark

    init(random: RandomBytes = .system) { mark = BrowserMark(key: random(32), random: random) }

    func newCookie() -> String { mark.new(for: "cookie") }

    func isOurs(_ cookie: String) -> Bool { mark.number(of: cookie, for: "cookie") != nil }

    func formToken(of cookie: String) -> String { mark.code("form", cookie) }

    func isFormToken(_ token: String, of cookie: String) -> Bool {
        isOurs(cookie) && mark.isCode(token, "form", cookie)
    }
}

/// Who are you?
struct SignInPage: Page {
    static let template = "signin"
    let name: String
    let problem: String?
    let canJoin: Bool
    /// What has the cursor: what is still to be typed.
    let asksName: Bool

    init(name: String, problem: String?, canJoin: Bool) {
        self.name = name
        self.problem = problem
        self.canJoin = canJoin
        asksName = name.isEmpty
    }
}

/// Answers an invitation: makes the vault and asks the registrar.
struct JoinPage: Page {
    static let template = "join"

    /// By the name that the form has for it.
    enum Field { case words, name, passphrase, again }

    var name = ""
    var words = ""
    var fault = Fault(beginAt: Field.words)
}

/// What follows.
struct JoinedPage: Page {
    static let template = "joined"
    let name: String
    let agent: String
}
