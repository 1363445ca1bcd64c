using System.Collections.Frozen;

namespace KernelGen.Extensions.AspNetCore;

/// <summary>A language with its codes and its English name, for lists of languages; programs without ICU have no other.</summary>
/// <param name="Code">Its code in two letters (ISO 639-1), or in three (ISO 639-3) where it has no such.</param>
/// <param name="English">Its name.</param>
/// <param name="Script">The script in which it is mostly written, by ISO 15924.</param>
internal sealed record LanguageName(string Code, string English, string Script)
{
    private const string Latin = "Latn";

    /// <summary>Code of three letters, code of two or a dash, script, name: the languages of NLLB-200, M2M100, mBART-50 and the most of Marian.</summary>
    private const string Table = """
        ace - Latn Acehnese
        acm - Arab Mesopotamian Arabic
        acq - Arab Ta'izzi-Adeni Arabic
        aeb - Arab Tunisian Arabic
        afr af Latn Afrikaans
        ajp - Arab South Levantine Arabic
        aka ak Latn Akan
        als sq Latn Albanian
        amh am Ethi Amharic
        apc - Arab North Levantine Arabic
        ara ar Arab Arabic
        arb ar Arab Arabic
        ars - Arab Najdi Arabic
        ary - Arab Moroccan Arabic
        arz - Arab Egyptian Arabic
        asm as Beng Assamese
        ast - Latn Asturian
        awa - Deva Awadhi
        ayr ay Latn Central Aymara
        azb - Arab South Azerbaijani
        aze az Latn Azerbaijani
        azj az Latn Azerbaijani
        bak ba Cyrl Bashkir
        bam bm Latn Bambara
        ban - Latn Balinese
        bel be Cyrl Belarusian
        bem - Latn Bemba
        ben bn Beng Bengali
        bho - Deva Bhojpuri
        bjn - Latn Banjar
        bod bo Tibt Tibetan
        bos bs Latn Bosnian
        bre br Latn Breton
        bug - Latn Buginese
        bul bg Cyrl Bulgarian
        cat ca Latn Catalan
        ceb - Latn Cebuano
        ces cs Latn Czech
        cjk - Latn Chokwe
        ckb - Arab Central Kurdish
        cmn zh Hans Chinese
        crh - Latn Crimean Tatar
        cym cy Latn Welsh
        dan da Latn Danish
        deu de Latn German
        dik - Latn Southwestern Dinka
        dyu - Latn Dyula
        dzo dz Tibt Dzongkha
        ell el Grek Greek
        eng en Latn English
        epo eo Latn Esperanto
        est et Latn Estonian
        eus eu Latn Basque
        ewe ee Latn Ewe
        fao fo Latn Faroese
        fas fa Arab Persian
        fij fj Latn Fijian
        fin fi Latn Finnish
        fon - Latn Fon
        fra fr Latn French
        fry fy Latn Western Frisian
        ful ff Latn Fulah
        fur - Latn Friulian
        fuv ff Latn Nigerian Fulfulde
        gaz om Latn Oromo
        gla gd Latn Scottish Gaelic
        gle ga Latn Irish
        glg gl Latn Galician
        grn gn Latn Guarani
        guj gu Gujr Gujarati
        hat ht Latn Haitian Creole
        hau ha Latn Hausa
        heb he Hebr Hebrew
        hin hi Deva Hindi
        hne - Deva Chhattisgarhi
        hrv hr Latn Croatian
        hun hu Latn Hungarian
        hye hy Armn Armenian
        ibo ig Latn Igbo
        ilo - Latn Ilocano
        ind id Latn Indonesian
        isl is Latn Icelandic
        ita it Latn Italian
        jav jv Latn Javanese
        jpn ja Jpan Japanese
        kab - Latn Kabyle
        kac - Latn Jingpho
        kam - Latn Kamba
        kan kn Knda Kannada
        kas ks Arab Kashmiri
        kat ka Geor Georgian
        kaz kk Cyrl Kazakh
        kbp - Latn Kabiye
        kea - Latn Kabuverdianu
        khk mn Cyrl Mongolian
        khm km Khmr Khmer
        kik ki Latn Kikuyu
        kin rw Latn Kinyarwanda
        kir ky Cyrl Kyrgyz
        kmb - Latn Kimbundu
        kmr ku Latn Northern Kurdish
        knc kr Latn Central Kanuri
        kon kg Latn Kikongo
        kor ko Kore Korean
        lao lo Laoo Lao
        lav lv Latn Latvian
        lij - Latn Ligurian
        lim li Latn Limburgish
        lin ln Latn Lingala
        lit lt Latn Lithuanian
        lmo - Latn Lombard
        ltg - Latn Latgalian
        ltz lb Latn Luxembourgish
        lua - Latn Luba-Kasai
        lug lg Latn Ganda
        luo - Latn Luo
        lus - Latn Mizo
        lvs lv Latn Latvian
        mag - Deva Magahi
        mai - Deva Maithili
        mal ml Mlym Malayalam
        mar mr Deva Marathi
        min - Latn Minangkabau
        mkd mk Cyrl Macedonian
        mlg mg Latn Malagasy
        mlt mt Latn Maltese
        mni - Beng Meitei
        mon mn Cyrl Mongolian
        mos - Latn Mossi
        mri mi Latn Maori
        msa ms Latn Malay
        mya my Mymr Burmese
        nep ne Deva Nepali
        nld nl Latn Dutch
        nno nn Latn Norwegian Nynorsk
        nob nb Latn Norwegian Bokmål
        nor no Latn Norwegian
        npi ne Deva Nepali
        nso ns Latn Northern Sotho
        nus - Latn Nuer
        nya ny Latn Nyanja
        oci oc Latn Occitan
        ori or Orya Odia
        ory or Orya Odia
        pag - Latn Pangasinan
        pan pa Guru Punjabi
        pap - Latn Papiamento
        pbt ps Arab Pashto
        pes fa Arab Persian
        plt mg Latn Malagasy
        pol pl Latn Polish
        por pt Latn Portuguese
        prs - Arab Dari
        pus ps Arab Pashto
        quy qu Latn Quechua
        ron ro Latn Romanian
        run rn Latn Rundi
        rus ru Cyrl Russian
        sag sg Latn Sango
        san sa Deva Sanskrit
        sat - Olck Santali
        scn - Latn Sicilian
        shn - Mymr Shan
        sin si Sinh Sinhala
        slk sk Latn Slovak
        slv sl Latn Slovenian
        smo sm Latn Samoan
        sna sn Latn Shona
        snd sd Arab Sindhi
        som so Latn Somali
        sot st Latn Southern Sotho
        spa es Latn Spanish
        sqi sq Latn Albanian
        srd sc Latn Sardinian
        srp sr Cyrl Serbian
        ssw ss Latn Swati
        sun su Latn Sundanese
        swa sw Latn Swahili
        swe sv Latn Swedish
        swh sw Latn Swahili
        szl - Latn Silesian
        tam ta Taml Tamil
        taq - Latn Tamasheq
        tat tt Cyrl Tatar
        tel te Telu Telugu
        tgk tg Cyrl Tajik
        tgl tl Latn Tagalog
        tha th Thai Thai
        tir ti Ethi Tigrinya
        tpi - Latn Tok Pisin
        tsn tn Latn Tswana
        tso ts Latn Tsonga
        tuk tk Latn Turkmen
        tum - Latn Tumbuka
        tur tr Latn Turkish
        twi tw Latn Twi
        tzm - Tfng Central Atlas Tamazight
        uig ug Arab Uyghur
        ukr uk Cyrl Ukrainian
        umb - Latn Umbundu
        urd ur Arab Urdu
        uzb uz Latn Uzbek
        uzn uz Latn Uzbek
        vec - Latn Venetian
        vie vi Latn Vietnamese
        war - Latn Waray
        wol wo Latn Wolof
        xho xh Latn Xhosa
        ydd yi Hebr Yiddish
        yid yi Hebr Yiddish
        yor yo Latn Yoruba
        yue - Hant Cantonese
        zho zh Hans Chinese
        zsm ms Latn Malay
        zul zu Latn Zulu
        """;

    private static readonly FrozenDictionary<string, LanguageName> ByCode = Read();

    /// <summary>A language by its code in two or in three letters; what is not known is called by its code.</summary>
    public static LanguageName Find(string code) => ByCode.GetValueOrDefault(code) ?? new LanguageName(code, code, Latin);

    private static FrozenDictionary<string, LanguageName> Read()
    {
        var byCode = new Dictionary<string, LanguageName>(StringComparer.OrdinalIgnoreCase);
        foreach (string line in Table.Split('\n', StringSplitOptions.TrimEntries))
        {
            string[] parts = line.Split(' ', 4);
            var language = new LanguageName(parts[1] == "-" ? parts[0] : parts[1], parts[3], parts[2]);
            byCode.Add(parts[0], language);
            byCode.TryAdd(language.Code, language);
        }

        return byCode.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
    }
}
