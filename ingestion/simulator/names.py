"""Words for invented products: eleven categories, what is sold in them, brands; in five languages."""

from dataclasses import dataclass

LANGUAGES = ("de", "it", "es", "en", "fr")


@dataclass(frozen=True, slots=True)
class Category:
    """A root category. Tuples of words follow LANGUAGES; `referral` is hundredths of a percent of the price."""

    number: int
    names: tuple[str, str, str, str, str]
    referral: int
    kind: str
    nouns: tuple[tuple[str, str, str, str, str], ...]
    closing_fee: int = 0


CATEGORIES: tuple[Category, ...] = (
    Category(
        1,
        ("Elektronik & Foto", "Elettronica", "Electrónica", "Electronics & Photo", "High-Tech"),
        707,
        "HEADPHONES",
        (
            (
                "Bluetooth-Kopfhörer",
                "Cuffie Bluetooth",
                "Auriculares Bluetooth",
                "Bluetooth Headphones",
                "Casque Bluetooth",
            ),
            ("Action-Kamera", "Action Cam", "Cámara deportiva", "Action Camera", "Caméra d'action"),
            (
                "Küchenradio DAB+",
                "Radio da cucina DAB+",
                "Radio de cocina DAB+",
                "DAB+ Kitchen Radio",
                "Radio de cuisine DAB+",
            ),
        ),
    ),
    Category(
        2,
        ("Computer & Zubehör", "Informatica", "Informática", "Computers & Accessories", "Informatique"),
        707,
        "COMPUTER_INPUT_DEVICE",
        (
            (
                "Mechanische Tastatur",
                "Tastiera meccanica",
                "Teclado mecánico",
                "Mechanical Keyboard",
                "Clavier mécanique",
            ),
            ("Externe SSD", "SSD esterno", "SSD externo", "External SSD", "SSD externe"),
            ("WLAN-Verstärker", "Ripetitore WiFi", "Repetidor WiFi", "WiFi Range Extender", "Répéteur WiFi"),
        ),
    ),
    Category(
        3,
        ("Küche, Haushalt & Wohnen", "Casa e cucina", "Hogar y cocina", "Home & Kitchen", "Cuisine et Maison"),
        1500,
        "KITCHEN",
        (
            ("Espressokocher", "Caffettiera", "Cafetera italiana", "Stovetop Espresso Maker", "Cafetière italienne"),
            (
                "Gusseisen-Bräter",
                "Casseruola in ghisa",
                "Cacerola de hierro fundido",
                "Cast Iron Casserole",
                "Cocotte en fonte",
            ),
            ("Küchenwaage", "Bilancia da cucina", "Báscula de cocina", "Kitchen Scale", "Balance de cuisine"),
        ),
    ),
    Category(
        4,
        ("Baumarkt", "Fai da te", "Bricolaje y herramientas", "DIY & Tools", "Bricolage"),
        1300,
        "TOOLS",
        (
            (
                "Akku-Bohrschrauber",
                "Trapano avvitatore",
                "Taladro atornillador",
                "Cordless Drill Driver",
                "Perceuse-visseuse",
            ),
            (
                "Schraubendreher-Satz",
                "Set di cacciaviti",
                "Juego de destornilladores",
                "Screwdriver Set",
                "Jeu de tournevis",
            ),
            ("Lötstation", "Stazione saldante", "Estación de soldadura", "Soldering Station", "Station de soudage"),
        ),
    ),
    Category(
        5,
        ("Spielzeug", "Giochi e giocattoli", "Juguetes y juegos", "Toys & Games", "Jeux et Jouets"),
        1500,
        "TOY",
        (
            ("Holzeisenbahn", "Trenino di legno", "Tren de madera", "Wooden Train Set", "Train en bois"),
            ("Brettspiel", "Gioco da tavolo", "Juego de mesa", "Board Game", "Jeu de société"),
            ("Plüschbär", "Orso di peluche", "Oso de peluche", "Plush Bear", "Ours en peluche"),
        ),
    ),
    Category(
        6,
        ("Sport & Freizeit", "Sport e tempo libero", "Deportes y aire libre", "Sports & Outdoors", "Sports et Loisirs"),
        1500,
        "SPORTING_GOODS",
        (
            ("Yogamatte", "Tappetino yoga", "Esterilla de yoga", "Yoga Mat", "Tapis de yoga"),
            (
                "Trekkingstöcke",
                "Bastoncini da trekking",
                "Bastones de senderismo",
                "Trekking Poles",
                "Bâtons de randonnée",
            ),
            ("Fahrradbeleuchtung", "Luci per bicicletta", "Luces para bicicleta", "Bicycle Lights", "Éclairage vélo"),
        ),
    ),
    Category(
        7,
        ("Beauty", "Bellezza", "Belleza", "Beauty", "Beauté et Parfum"),
        1500,
        "BEAUTY",
        (
            ("Haartrockner", "Asciugacapelli", "Secador de pelo", "Hair Dryer", "Sèche-cheveux"),
            ("Rasierer-Set", "Set da barba", "Set de afeitado", "Shaving Set", "Set de rasage"),
            ("Gesichtsbürste", "Spazzola per il viso", "Cepillo facial", "Facial Brush", "Brosse pour le visage"),
        ),
    ),
    Category(
        8,
        ("Garten", "Giardino e giardinaggio", "Jardín", "Garden", "Jardin"),
        1500,
        "OUTDOOR_LIVING",
        (
            ("Gartenschere", "Cesoie da giardino", "Tijeras de podar", "Pruning Shears", "Sécateur de jardin"),
            (
                "Bewässerungscomputer",
                "Programmatore irrigazione",
                "Programador de riego",
                "Water Timer",
                "Programmateur d'arrosage",
            ),
            ("Solarleuchten", "Luci solari", "Luces solares", "Solar Lights", "Lampes solaires"),
        ),
    ),
    Category(
        9,
        (
            "Bürobedarf & Schreibwaren",
            "Cancelleria e ufficio",
            "Oficina y papelería",
            "Stationery & Office",
            "Fournitures de bureau",
        ),
        1500,
        "OFFICE_PRODUCTS",
        (
            ("Füllfederhalter", "Penna stilografica", "Pluma estilográfica", "Fountain Pen", "Stylo plume"),
            (
                "Aktenvernichter",
                "Distruggidocumenti",
                "Destructora de papel",
                "Paper Shredder",
                "Destructeur de documents",
            ),
            ("Schreibtischlampe", "Lampada da scrivania", "Lámpara de escritorio", "Desk Lamp", "Lampe de bureau"),
        ),
    ),
    Category(
        10,
        (
            "Musikinstrumente",
            "Strumenti musicali",
            "Instrumentos musicales",
            "Musical Instruments",
            "Instruments de musique",
        ),
        1200,
        "MUSICAL_INSTRUMENTS",
        (
            ("Ukulele", "Ukulele", "Ukelele", "Ukulele", "Ukulélé"),
            ("USB-Mikrofon", "Microfono USB", "Micrófono USB", "USB Microphone", "Microphone USB"),
            ("Stimmgerät", "Accordatore", "Afinador", "Clip-on Tuner", "Accordeur"),
        ),
    ),
    Category(
        11,
        ("Games", "Videogiochi", "Videojuegos", "PC & Video Games", "Jeux vidéo"),
        1500,
        "VIDEO_GAME_ACCESSORIES",
        (
            ("Gaming-Controller", "Controller di gioco", "Mando de juego", "Game Controller", "Manette de jeu"),
            ("Lenkrad", "Volante da corsa", "Volante de carreras", "Racing Wheel", "Volant de course"),
            ("Ladestation", "Base di ricarica", "Base de carga", "Charging Dock", "Station de charge"),
        ),
        closing_fee=81,
    ),
)

BRANDS: tuple[str, ...] = (
    "Brühlmann",
    "Nordvik",
    "Castelforte",
    "Peñalba",
    "Élancourt",
    "Harrowgate",
    "Tannhof",
    "Solmare",
    "Quintero",
    "Vauclair",
    "Ashdown & Finch",
    "Łukasz Werk",
    "Marabó",
    "Œuvre Nord",
    "Kestrel Labs",
    "Zwölfender",
)

COLOURS: tuple[tuple[str, str, str, str, str], ...] = (
    ("schwarz", "nero", "negro", "black", "noir"),
    ("weiß", "bianco", "blanco", "white", "blanc"),
    ("blau", "blu", "azul", "blue", "bleu"),
    ("grün", "verde", "verde", "green", "vert"),
    ("rot", "rosso", "rojo", "red", "rouge"),
    ("grau", "grigio", "gris", "grey", "gris"),
)
PACK_OF: tuple[str, str, str, str, str] = ("{}er-Pack", "confezione da {}", "paquete de {}", "pack of {}", "lot de {}")
