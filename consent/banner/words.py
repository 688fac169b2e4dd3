"""The banner's own words. Each language says the same, and both buttons say it equally plainly.

Programs that press the button for people know these phrases: consent/banner/tests asks a real one for each.
"""

from collections.abc import Mapping

MAIN = "en"
WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "title": "Your choice about cookies",
        "text": "You can withdraw at any time. May we use cookies and similar means for the purposes below? "
        "They are off until you allow them.",
        "reject": "Reject all",
        "accept": "Accept all",
        "choose": "Choose one by one",
        "save": "Save my choice",
        "open": "Privacy choices",
        "honored": "Opt-out request honored",
        "signal": "Your browser asks us to opt you out of some of this, and we do.",
        "more": "Details",
        "failed": "This could not be saved, so everything stays off. Please try again.",
        "saved": "Your choice is saved.",
        "policy": "Privacy policy",
    },
    "de": {
        "title": "Ihre Wahl zu Cookies",
        "text": "Sie können jederzeit widerrufen. Dürfen wir Cookies und ähnliche Mittel für die folgenden Zwecke "
        "verwenden? Sie sind aus, bis Sie sie erlauben.",
        "reject": "Alle ablehnen",
        "accept": "Alle akzeptieren",
        "choose": "Einzeln wählen",
        "save": "Auswahl speichern",
        "open": "Privatsphäre",
        "honored": "Widerspruch beachtet",
        "signal": "Ihr Browser widerspricht einem Teil davon, und wir halten uns daran.",
        "more": "Einzelheiten",
        "failed": "Das ließ sich nicht speichern, also bleibt alles aus. Bitte versuchen Sie es noch einmal.",
        "saved": "Ihre Wahl ist gespeichert.",
        "policy": "Datenschutzerklärung",
    },
    "fr": {
        "title": "Votre choix sur les cookies",
        "text": "Vous pouvez changer d’avis à tout moment. Pouvons-nous utiliser des cookies et des moyens semblables "
        "pour les usages ci-dessous ? Ils sont désactivés tant que vous ne les acceptez pas.",
        "reject": "Tout refuser",
        "accept": "Tout accepter",
        "choose": "Choisir un par un",
        "save": "Enregistrer mon choix",
        "open": "Vie privée",
        "honored": "Demande de refus respectée",
        "signal": "Votre navigateur refuse une partie de ces usages, et nous le respectons.",
        "more": "Détails",
        "failed": "Impossible d’enregistrer : tout reste désactivé. Veuillez réessayer.",
        "saved": "Votre choix est enregistré.",
        "policy": "Politique de confidentialité",
    },
    "es": {
        "title": "Su elección sobre las cookies",
        "text": "Puede retirarlo en cualquier momento. ¿Podemos utilizar cookies y medios similares para los fines "
        "siguientes? Están desactivados hasta que los permita.",
        "reject": "Rechazar todo",
        "accept": "Aceptar todo",
        "choose": "Elegir uno por uno",
        "save": "Guardar mi elección",
        "open": "Privacidad",
        "honored": "Solicitud de exclusión respetada",
        "signal": "Su navegador rechaza una parte de estos fines, y lo respetamos.",
        "more": "Detalles",
        "failed": "No se pudo guardar, así que todo sigue desactivado. Inténtelo de nuevo.",
        "saved": "Su elección está guardada.",
        "policy": "Política de privacidad",
    },
    "pt": {
        "title": "A sua escolha sobre cookies",
        "text": "Pode retirar a qualquer momento. Podemos utilizar cookies e meios semelhantes para os fins abaixo? "
        "Estão desativados até que os permita.",
        "reject": "Rejeitar tudo",
        "accept": "Aceitar tudo",
        "choose": "Escolher um por um",
        "save": "Guardar a minha escolha",
        "open": "Privacidade",
        "honored": "Pedido de exclusão respeitado",
        "signal": "O seu navegador recusa uma parte destes fins, e nós respeitamos.",
        "more": "Detalhes",
        "failed": "Não foi possível guardar, por isso tudo fica desativado. Tente novamente.",
        "saved": "A sua escolha está guardada.",
        "policy": "Política de privacidade",
    },
    "hi": {
        "title": "कुकीज़ के बारे में आपकी पसंद",
        "text": "आप कभी भी अनुमति वापस ले सकते हैं। क्या हम नीचे दिए उद्देश्यों के लिए कुकीज़ और मिलते-जुलते साधनों का उपयोग "
        "कर सकते हैं? जब तक आप अनुमति नहीं देते, वे बंद हैं।",
        "reject": "सभी अस्वीकार करें",
        "accept": "सभी स्वीकार करें",
        "choose": "एक-एक करके चुनें",
        "save": "मेरी पसंद सहेजें",
        "open": "गोपनीयता विकल्प",
        "honored": "ऑप्ट-आउट अनुरोध माना गया",
        "signal": "आपका ब्राउज़र इनमें से कुछ के लिए मना करता है, और हम उसे मानते हैं।",
        "more": "विवरण",
        "failed": "यह सहेजा नहीं जा सका, इसलिए सब बंद है। कृपया फिर से कोशिश करें।",
        "saved": "आपकी पसंद सहेजी गई है।",
        "policy": "गोपनीयता नीति",
    },
}


def language_of(asked: str, accepted: str) -> str:
    """The language that the site asks for, else the first that the browser takes and we speak, else English."""
    for part in (asked, *accepted.split(",")):
        code = part.partition(";")[0].strip().lower().partition("-")[0]
        if code in WORDS:
            return code
    return MAIN
