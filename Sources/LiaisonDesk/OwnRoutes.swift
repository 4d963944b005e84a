// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Hummingbird
import LiaisonForms
import LiaisonNotes

/// What a desk of one's own answers: the way in by the address that was printed, the passphrase, and the desk.
struct OwnRoutes: Sendable {
    let desk: DeskRoutes

    private var doorkeeper: Doorkeeper { desk.doorkeeper }
    private var printer: Printer { desk.printer }

    func router() -> Router<DeskContext> {
        let router = Router(context: DeskContext.self)
        router.add(
            middleware: Admission(
                doorkeeper: doorkeeper, isOpen: { $0.hasPrefix(Printer.assetsPath) },
                refusal: { [self] error, _, guest in
                    let home = error is Doorkeeper.Refusal ? nil : desk.home
                    return desk.html(
                        printer.refusal(error, home: home), guest, status: RefusedPage.status(of: error))
                }))
        router.get("assets/{name}", use: Printer.asset)
        router.get("enter", use: enter)
        router.get("unlock", use: desk.page { _, _ in LockedPage(problem: nil) })
        router.post("unlock", use: unlock)
        desk.add(to: router)
        return router
    }

    @Sendable private func enter(_ request: Request, _ context: DeskContext) async throws -> Response {
        let cookie = try doorkeeper.enter(request.uri.queryParameters["token"].map(String.init) ?? "")
        // Not a redirect: the way here may have begun outside, and then the browser does not show its strict cookie on the rest of it
        // (RFC 6265bis, section 5.2). The page that follows is asked for by the desk's own.
        var response = printer.html(EnteredPage())
        response.setCookie(
            Cookie(name: doorkeeper.site.cookieName, value: cookie, path: "/", httpOnly: true, sameSite: .strict))
        return response
    }

    @Sendable private func unlock(_ request: Request, _ context: DeskContext) async throws -> Response {
        let form = try await desk.form(of: request, context)
        do {
            try await desk.lockOut.judge([.vault("")], now: desk.clerk.now) {
                try await desk.clerk.unlock(form.passphrase())
            }
        } catch {
            return desk.html(
                LockedPage(problem: FailureWords.text(error, printer.language)), context.guest,
                status: .unprocessableContent)
        }
        desk.room.open()
        return DeskRoutes.see(desk.home)
    }
}

/// What asks for the passphrase.
struct LockedPage: Page {
    static let template = "locked"
    let problem: String?
}

extension FormBody {
    /// What was typed as the passphrase, in guarded memory.
    func passphrase(_ name: String = "passphrase") throws -> GuardedBytes {
        var octets = Array((self[name] ?? "").utf8)
        return try GuardedBytes(moving: &octets)
    }
}
