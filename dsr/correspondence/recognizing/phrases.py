# ruff: noqa: E501 - a phrase is read whole
"""The words by which people ask for their rights, in English, German, French, Spanish and Portuguese.

Each `X…` leaves room for a few words within one sentence, and never for more: the patterns stay fast on any text.
"""

from dsr.states import Right

X = r"[^.!?;\n]{0,60}?"
LAWS = r"\b(gdpr|dsgvo|ds-gvo|rgpd|lgpd|data protection regulation|datenschutz-?grundverordnung)\b"
ARTICLES = {
    "15": Right.ACCESS,
    "16": Right.RECTIFICATION,
    "17": Right.ERASURE,
    "18": Right.RESTRICTION,
    "20": Right.PORTABILITY,
    "21": Right.OBJECTION,
    "22": Right.AUTOMATED_DECISION,
}
DATA_DE = r"(daten|konto|kundenkonto|profil|account)\b"
DATA_FR = r"(donn[ée]es|compte|profil|informations)\b"
DATA_ES = r"(datos|cuenta|perfil|informaci[óo]n)\b"
DATA_PT = r"(dados|conta|perfil|informa[çc][õo]es)\b"

PHRASES: dict[Right, tuple[str, ...]] = {
    Right.ERASURE: (
        rf"\b(delete|erase|remove|wipe|destroy|close){X}\b(my|our){X}\b(data|account|profile|information|details|records?)\b",
        r"\b(delete|erase|forget) me\b",
        rf"\b(delete|erase|remove){X}\b(everything|all{X}(data|information)){X}\b(about|on|of) me\b",
        r"\bright (to be forgotten|to erasure|to deletion|of erasure)\b",
        rf"\b(erasure|deletion) of{X}\b(my|our)\b",
        r"\b(erasure|deletion) request\b",
        rf"\bl[öo]sch\w*{X}\b{DATA_DE}",
        rf"\b{DATA_DE}{X}\b(l[öo]sch\w+|gel[öo]scht)\b",
        r"\brecht auf (l[öo]schung|vergessen\w*)\b",
        rf"\b(effac\w+|supprim\w+|suppression){X}\b{DATA_FR}",
        r"\bdroit (à|a) (l['’](effacement|oubli)|la suppression)\b",
        rf"\b(borr\w+|elimin\w+|suprim\w+|supresi[óo]n){X}\b{DATA_ES}",
        r"\bderecho (de|a la) supresi[óo]n\b|\bderecho al olvido\b",
        rf"\b(apag\w+|elimin\w+|exclu\w+|remov\w+){X}\b{DATA_PT}",
        r"\bdireito (ao esquecimento|(à|a) elimina[çc][ãa]o)\b",
    ),
    Right.ACCESS: (
        rf"\bcop(y|ies) of{X}\b(my|the|all|any){X}\b(data|information|records?)\b",
        r"\b(data )?subject access request\b|\bdsar\b",
        rf"\b(what|which|all|any){X}\b(data|information)\b{X}\b(you (hold|have|store|keep|process)|about me|on me)\b",
        r"\bright of access\b|\baccess to my (personal )?(data|information)\b|\baccess request\b",
        r"\b(daten|selbst)?auskunft\b(?! der bahn)",
        rf"\bkopie\b{X}\bdaten\b",
        rf"\bwelche\b{X}\bdaten\b{X}\b(speicher\w+|gespeichert|haben|verarbeite\w*)\b",
        rf"\bdroit d['’]acc[èe]s\b|\bacc[ée]der (à|a)\b{X}\bdonn[ée]es\b",
        rf"\bcopie\b{X}\bdonn[ée]es\b|\bquelles (donn[ée]es|informations)\b{X}\b(d[ée]tenez|avez|conservez|me concernant)\b",
        rf"\bderecho de acceso\b|\bcopia\b{X}\bdatos\b|\bacceso a\b{X}\bmis datos\b",
        rf"\bqu[ée] (datos|informaci[óo]n)\b{X}\b(tienen|tiene|guardan|conservan|sobre m[íi])\b",
        rf"\bdireito de acesso\b|\bc[óo]pia\b{X}\bdados\b|\bacesso aos?\b{X}\bmeus dados\b",
        rf"\bquais (dados|informa[çc][õo]es)\b{X}\b(t[êe]m|possu\w+|guardam|sobre mim)\b",
    ),
    Right.PORTABILITY: (
        r"\bdata portability\b|\bright to portability\b|\bport my data\b|\bmachine[- ]readable\b",
        r"\bdaten[üu]bertragbarkeit\b|\bmaschinenlesbar\w*\b",
        r"\bportabilit[ée]\b|\bportabilidad\b|\bportabilidade\b",
    ),
    Right.RECTIFICATION: (
        rf"\b(correct|rectify|update|fix|change)\b{X}\bmy{X}\b(data|name|address|e-?mail|phone|details|information|birth\w*)\b",
        r"\bright to rectification\b",
        rf"\b(berichtig\w*|korrigier\w*|[äa]ndern)\b{X}\b(daten|namen?|adresse|anschrift|telefon\w*|geburts\w*)\b",
        rf"\b(daten|namen?|adresse|anschrift)\b{X}\b(berichtig\w*|korrigier\w*)\b",
        rf"\b(rectifi\w+|corri[gj]\w+)\b{X}\b(donn[ée]es|nom|adresse|datos|nombre|direcci[óo]n)\b",
        rf"\b(retific\w+|corri[gj]\w+)\b{X}\b(dados|nome|endere[çc]o|morada)\b",
    ),
    Right.RESTRICTION: (
        rf"\brestrict\w*\b{X}\b(processing|use)\b",
        rf"\beinschr[äa]nk\w+\b{X}\bverarbeitung\b|\bverarbeitung\b{X}\beinschr[äa]nk\w+\b",
        r"\blimit(er|ation)\b (du|le) traitement\b",
        r"\blimit(ar|aci[óo]n)\b (del|el) tratamiento\b",
        r"\blimit(ar|a[çc][ãa]o)\b (do|o) tratamento\b",
    ),
    Right.OBJECTION: (
        rf"\bobject\b{X}\b(processing|use|profiling)\b|\bright to object\b",
        rf"\bwiderspr\w+\b{X}\b(verarbeitung|nutzung|profiling)\b|\b(verarbeitung|nutzung)\b{X}\bwiderspr\w+\b",
        rf"\bm['’]oppose\b{X}\btraitement\b|\bdroit d['’]opposition\b",
        r"\bme opongo\b|\b(derecho de )?oposici[óo]n al tratamiento\b",
        r"\boponho-me\b|\boposi[çc][ãa]o ao tratamento\b",
    ),
    Right.MARKETING_OBJECTION: (
        rf"\b(stop|no more|cease)\b{X}\b(e-?mails?|emailing|mailing|marketing|advert\w+|newsletters?|promotion\w*|calling)\b",
        r"\bunsubscribe\b|\bopt[- ]?(ing )?out of\b[^.!?;\n]{0,30}?\b(marketing|advert\w+|e-?mails?)\b",
        rf"\bobject\b{X}\b(marketing|advert\w+)\b",
        r"\bkeine? (weiteren? )?(werbung|newsletter|werbe-?\w+)\b",
        rf"\bwiderspr\w+\b{X}\bwerb\w+\b|\bwerbung\b{X}\bwiderspr\w+\b|\bnewsletter\b{X}\b(abbestell\w+|abmeld\w+|ab)\b",
        r"\bplus (de |recevoir )[^.!?;\n]{0,20}?(publicit[ée]s?|newsletters?|e-?mails?)\b|\bd[ée]sabonn\w+",
        rf"\bno (quiero|deseo)\b{X}\b(publicidad|correos|e-?mails|promoci\w+)\b|\bdar?me de baja\b",
        rf"\bn[ãa]o (quero|desejo)\b{X}\b(publicidade|e-?mails|promo[çc]\w+)\b|\bdescadastr\w+",
    ),
    Right.CONSENT_WITHDRAWAL: (
        rf"\b(withdraw|revoke)\b{X}\bconsents?\b",
        rf"\b(widerruf\w*|zur[üu]ckzieh\w*|ziehe)\b{X}\beinwilligung\w*\b|\beinwilligung\w*\b{X}\b(widerruf\w*|zur[üu]ck)\b",
        rf"\bretir\w+\b{X}\b(consentement|consentimiento|consentimento)\b",
        rf"\brevo[cgq]\w+\b{X}\b(consentimiento|consentimento)\b",
    ),
    Right.SALE_OPT_OUT: (
        rf"\bdo not (sell|share)\b|\bopt[- ]?out of\b{X}\b(sale|sharing|selling)\b|\b(stop|don['’]t) sell\w*\b{X}\bdata\b",
        rf"\bdaten\b{X}\bnicht\b{X}\bverkauf\w*\b|\bnicht\b{X}\bdaten\b{X}\bverkauf\w*\b",
        rf"\bne\b{X}\bvend\w+\b{X}\bdonn[ée]es\b|\bno\b{X}\bvend\w+\b{X}\bdatos\b|\bn[ãa]o\b{X}\bvend\w+\b{X}\bdados\b",
    ),
    Right.LIMIT_SENSITIVE: (rf"\blimit\b{X}\b(use|disclosure)\b{X}\bsensitive\b",),
    Right.SAFEGUARDS_COPY: (
        rf"\bstandard contractual clauses\b|\bcopy of\b{X}\bsafeguards\b|\bstandardvertragsklauseln\b",
        r"\bclauses contractuelles types\b|\bcl[áa]usulas contractuales tipo\b|\bcl[áa]usulas contratuais-?(tipo|padr[ãa]o)\b",
    ),
    Right.AUTOMATED_DECISION: (
        rf"\bautomated (individual )?decision\w*\b|\bautomatisierte\w*\b{X}\bentscheidung\w*\b",
        r"\bd[ée]cision\w* (individuelle )?automatis[ée]e\w*\b|\bdecisi[óo]n\w* automatizada\w*\b|\bdecis[ãõo]\w* automatizada\w*\b",
    ),
    Right.CHILD_REPORT: (
        r"\b(my|a|our) (child|daughter|son|kid|minor|\d{1,2}[- ]year[- ]old)\b[^!?;\n]{0,90}?\b(account|data|signed up|registered)\b",
        r"\b(mein|meine|unser|unsere) (kind|tochter|sohn)\b[^!?;\n]{0,90}?\b(konto|daten|angemeldet|registriert)\b",
        r"\b(mon|ma|notre) (enfant|fille|fils)\b[^!?;\n]{0,90}?\b(compte|donn[ée]es|inscrit\w*)\b",
        r"\b(mi|nuestr[ao]) (hij[ao]|niñ[ao])\b[^!?;\n]{0,90}?\b(cuenta|datos|registr\w+)\b",
        r"\b(meu|minha|nosso|nossa) (filh[ao]|crian[çc]a)\b[^!?;\n]{0,90}?\b(conta|dados|registr\w+)\b",
    ),
    Right.COMPLAINT: (
        rf"\b(complain|complaint)\b{X}\b(data|privacy|handled|request)\b|\b(data|privacy) complaint\b",
        rf"\bbeschwer\w+\b{X}\b(daten\w*|auskunft)\b|\bdatenschutzbeschwerde\b",
        rf"\b(plainte|r[ée]clamation)\b{X}\bdonn[ée]es\b|\b(queja|reclamaci[óo]n)\b{X}\bdatos\b",
        rf"\b(queixa|reclama[çc][ãa]o)\b{X}\bdados\b",
    ),
    Right.QUESTION: (
        r"\bquestion\b[^.!?;\n]{0,40}?\b(about|on)\b[^.!?;\n]{0,20}?\b(privacy|data protection|my data)\b",
        r"\bfrage\b[^.!?;\n]{0,40}?\b(datenschutz\w*|meinen daten)\b",
        r"\bquestion\b[^.!?;\n]{0,40}?\b(confidentialit[ée]|mes donn[ée]es)\b",
        r"\bpregunta\b[^.!?;\n]{0,40}?\b(privacidad|mis datos)\b|\b(pergunta|d[úu]vida)\b[^.!?;\n]{0,40}?\b(privacidade|meus dados)\b",
    ),
}
