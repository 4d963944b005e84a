// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

/// Codes of communes, as far as they can be judged without the list of all of them (INSEE, code officiel géographique).
enum Commune {
    /// The name of the département or overseas collectivity that a code begins with.
    static func departement(of code: String) -> String? { prefix(of: code).flatMap { departements[$0] } }

    /// Why `code` cannot be that of a commune; nil when nothing speaks against it.
    static func doubt(about code: String) -> TypingFailure? {
        guard code.wholeMatch(of: /[0-9][0-9AB][0-9]{3}/) != nil, let prefix = prefix(of: code) else {
            return .notACommune(code)
        }
        if prefix == "99" { return .foreignCountry(code) }
        guard departements[prefix] != nil else { return .noSuchDepartement(prefix, code: code) }
        return isNumbered(code, after: prefix) ? nil : .postcode(code)
    }

    /// Whether a commune may have the number that follows the département.
    private static func isNumbered(_ code: String, after prefix: String) -> Bool {
        let number = Int(code.dropFirst(prefix.count)) ?? 0
        // Paris has one commune and its twenty arrondissements; 75001 to 75020 are postcodes.
        return prefix == "75" ? number == 56 || (101...120).contains(number) : number > 0
    }

    /// Two characters, overseas three.
    private static func prefix(of code: String) -> String? {
        guard code.count == 5 else { return nil }
        return String(code.prefix(code.hasPrefix("97") || code.hasPrefix("98") ? 3 : 2))
    }

    private static let departements: [String: String] = [
        "01": "Ain", "02": "Aisne", "03": "Allier", "04": "Alpes-de-Haute-Provence", "05": "Hautes-Alpes",
        "06": "Alpes-Maritimes", "07": "Ardèche", "08": "Ardennes", "09": "Ariège", "10": "Aube", "11": "Aude",
        "12": "Aveyron", "13": "Bouches-du-Rhône", "14": "Calvados", "15": "Cantal", "16": "Charente",
        "17": "Charente-Maritime", "18": "Cher", "19": "Corrèze", "2A": "Corse-du-Sud", "2B": "Haute-Corse",
        "21": "Côte-d'Or", "22": "Côtes-d'Armor", "23": "Creuse", "24": "Dordogne", "25": "Doubs", "26": "Drôme",
        "27": "Eure", "28": "Eure-et-Loir", "29": "Finistère", "30": "Gard", "31": "Haute-Garonne", "32": "Gers",
        "33": "Gironde", "34": "Hérault", "35": "Ille-et-Vilaine", "36": "Indre", "37": "Indre-et-Loire",
        "38": "Isère", "39": "Jura", "40": "Landes", "41": "Loir-et-Cher", "42": "Loire", "43": "Haute-Loire",
        "44": "Loire-Atlantique", "45": "Loiret", "46": "Lot", "47": "Lot-et-Garonne", "48": "Lozère",
        "49": "Maine-et-Loire", "50": "Manche", "51": "Marne", "52": "Haute-Marne", "53": "Mayenne",
        "54": "Meurthe-et-Moselle", "55": "Meuse", "56": "Morbihan", "57": "Moselle", "58": "Nièvre", "59": "Nord",
        "60": "Oise", "61": "Orne", "62": "Pas-de-Calais", "63": "Puy-de-Dôme", "64": "Pyrénées-Atlantiques",
        "65": "Hautes-Pyrénées", "66": "Pyrénées-Orientales", "67": "Bas-Rhin", "68": "Haut-Rhin", "69": "Rhône",
        "70": "Haute-Saône", "71": "Saône-et-Loire", "72": "Sarthe", "73": "Savoie", "74": "Haute-Savoie",
        "75": "Paris", "76": "Seine-Maritime", "77": "Seine-et-Marne", "78": "Yvelines", "79": "Deux-Sèvres",
        "80": "Somme", "81": "Tarn", "82": "Tarn-et-Garonne", "83": "Var", "84": "Vaucluse", "85": "Vendée",
        "86": "Vienne", "87": "Haute-Vienne", "88": "Vosges", "89": "Yonne", "90": "Territoire de Belfort",
        "91": "Essonne", "92": "Hauts-de-Seine", "93": "Seine-Saint-Denis", "94": "Val-de-Marne", "95": "Val-d'Oise",
        "971": "Guadeloupe", "972": "Martinique", "973": "Guyane", "974": "La Réunion",
        "975": "Saint-Pierre-et-Miquelon", "976": "Mayotte", "977": "Saint-Barthélemy", "978": "Saint-Martin",
        "986": "Wallis-et-Futuna", "987": "Polynésie française", "988": "Nouvelle-Calédonie"
    ]
}
