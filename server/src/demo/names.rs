//! The names of a district whose families come from many places, in the scripts they write them in.

/// Family and given names that go together.
pub(super) struct Names {
    pub(super) families: &'static [&'static str],
    pub(super) given: &'static [&'static str],
}

/// The more often a set stands here, the more families are of it.
pub(super) const NAMES: [&Names; 12] = [
    &ENGLISH,
    &ENGLISH,
    &ENGLISH,
    &ENGLISH,
    &SPANISH,
    &SPANISH,
    &HMONG,
    &HMONG,
    &SOMALI,
    &VIETNAMESE,
    &ARABIC,
    &CHINESE,
];

const ENGLISH: Names = Names {
    families: &[
        "Anderson",
        "Baker",
        "Carlson",
        "Davis",
        "Erickson",
        "Fischer",
        "Gustafson",
        "Hansen",
        "Jackson",
        "Johnson",
        "Kowalski",
        "Larson",
        "Miller",
        "Nelson",
        "O'Brien",
        "Olson",
        "Peterson",
        "Robinson",
        "Schmidt",
        "Swanson",
        "Thompson",
        "Underwood",
        "Washington",
        "Zimmerman",
    ],
    given: &[
        "Alice",
        "Amir",
        "Anna",
        "Benjamin",
        "Caleb",
        "Charlotte",
        "Daniel",
        "Dexter",
        "Eleanor",
        "Emma",
        "Grace",
        "Heather",
        "Henry",
        "Isaac",
        "Jordan",
        "Kris",
        "Lauren",
        "Liam",
        "Morgan",
        "Noah",
        "Olivia",
        "Quinn",
        "Riley",
        "Samuel",
        "Tad",
        "Violet",
    ],
};

const SPANISH: Names = Names {
    families: &[
        "Castañeda",
        "Díaz",
        "Fernández",
        "García Márquez",
        "Guzmán",
        "Hernández",
        "Jiménez",
        "López",
        "Muñoz",
        "Núñez",
        "Ortiz",
        "Peña",
        "Ramírez",
        "Vázquez",
    ],
    given: &[
        "Alejandra",
        "Ángel",
        "Belén",
        "Concepción",
        "Diego",
        "Elena",
        "Íñigo",
        "José Luis",
        "Lucía",
        "Mateo",
        "Óscar",
        "Sofía",
        "Ximena",
    ],
};

const HMONG: Names = Names {
    families: &[
        "Hawj", "Lauj", "Lis", "Moua", "Muas", "Thao", "Thoj", "Tsab", "Vaj", "Vang", "Vwj",
        "Xiong", "Yang",
    ],
    given: &[
        "Bao",
        "Kaj Siab",
        "Kia",
        "Mai See",
        "Nkauj Hli",
        "Nplaim",
        "Pa Houa",
        "Paj Ntaub",
        "Pheej",
        "Tou Ger",
        "Txawj",
        "Yeng",
        "𖬌𖬣𖬵 Maiv",
    ],
};

const SOMALI: Names = Names {
    families: &[
        "Abdullahi",
        "Cabdi",
        "Farah",
        "Guuleed",
        "Ibraahim",
        "Maxamed",
        "Nuur",
        "Warsame",
        "Xasan",
        "Yuusuf",
    ],
    given: &[
        "Aamina", "Cali", "Faadumo", "Hodan", "Idil", "Jaamac", "Khadiija", "Liibaan", "Sagal",
        "Xaliimo",
    ],
};

const VIETNAMESE: Names = Names {
    families: &[
        "Bùi", "Đặng", "Đỗ", "Hoàng", "Lê", "Ngô", "Nguyễn", "Phạm", "Trần", "Vũ",
    ],
    given: &[
        "Ánh Tuyết",
        "Bảo Châu",
        "Đức Huy",
        "Hạnh",
        "Minh Khôi",
        "Ngọc Ánh",
        "Phương Thảo",
        "Quốc Việt",
        "Thị Hồng",
    ],
};

const ARABIC: Names = Names {
    families: &[
        "الحسن",
        "الخطيب",
        "السيد",
        "العلي",
        "النجار",
        "حداد",
        "عبد الله",
        "منصور",
    ],
    given: &[
        "أحمد",
        "إيمان",
        "خالد",
        "زينب",
        "سارة",
        "عمر",
        "فاطمة",
        "ليلى",
        "محمد",
        "يوسف",
    ],
};

const CHINESE: Names = Names {
    families: &["陈", "黄", "李", "林", "刘", "王", "吴", "张", "赵", "周"],
    given: &[
        "大伟", "国强", "佳怡", "静", "丽华", "明", "思远", "婷婷", "小龙", "雨欣",
    ],
};
