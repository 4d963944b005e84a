// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

/// Text of others in HTML, in SVG and on a terminal.
public enum Markup {
    /// Escapes by scalars: a character of Swift may hold a bracket behind a mark that joins it.
    public static func escaped(_ text: String) -> String {
        text.unicodeScalars.reduce(into: "") { result, scalar in
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            default: result.unicodeScalars.append(scalar)
            }
        }
    }

    /// With a question mark for each control, and each mark that changes the direction or the look of what follows: a
    /// terminal shows then what is there.
    public static func printable(_ text: String) -> String {
        text.unicodeScalars.reduce(into: "") { result, scalar in
            switch scalar.properties.generalCategory {
            case .control where scalar == "\n": result += "\n"
            case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator:
                result += "?"
            default: result.unicodeScalars.append(scalar)
            }
        }
    }
}
