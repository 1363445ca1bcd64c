using System.Text;

namespace KernelGen.Text.Tests;

/// <summary>Where sentences end, in several languages, and where only something stands that looks like an end.</summary>
public sealed class SentenceSplitterTests
{
    [Theory]
    [InlineData("")]
    [InlineData(" \t\u3000\n ")]
    [InlineData("Hello", "Hello")]
    [InlineData("  Hello.  ", "Hello.")]
    [InlineData("One. Two! Three? Four", "One.", "Two!", "Three?", "Four")]
    [InlineData("狗追猫。猫追狗。", "狗追猫。", "猫追狗。")]
    [InlineData("他说：“狗追猫。”猫追狗！？女孩怕猴子", "他说：“狗追猫。”", "猫追狗！？", "女孩怕猴子")]
    [InlineData("我怕……你呢?好的", "我怕……", "你呢?", "好的")]
    [InlineData("今日は。元気？はい！", "今日は。", "元気？", "はい！")]
    [InlineData("長さは３．５メートル。重い。", "長さは３．５メートル。", "重い。")]
    [InlineData("“Stop!” he said. “Why?” She ran.", "“Stop!” he said.", "“Why?”", "She ran.")]
    [InlineData("He left. \"Why?\" she asked.", "He left.", "\"Why?\" she asked.")]
    [InlineData("(He left.) She stayed.", "(He left.)", "She stayed.")]
    [InlineData("Wait... what? Yes.", "Wait... what?", "Yes.")]
    [InlineData("Wait… What?", "Wait…", "What?")]
    [InlineData("Mr. Smith met Dr. Jones. They talked.", "Mr. Smith met Dr. Jones.", "They talked.")]
    [InlineData("See e.g. Berlin, i.e. the capital. Fine.", "See e.g. Berlin, i.e. the capital.", "Fine.")]
    [InlineData("J. R. R. Tolkien wrote it. It is long.", "J. R. R. Tolkien wrote it.", "It is long.")]
    [InlineData("The U.S. Army came. He lives in the U.S. They left.", "The U.S. Army came.", "He lives in the U.S.", "They left.")]
    [InlineData("It is 5 p.m. He sleeps.", "It is 5 p.m.", "He sleeps.")]
    [InlineData("It costs 3.50 dollars. See example.com now. Version 2.0 is out.", "It costs 3.50 dollars.", "See example.com now.", "Version 2.0 is out.")]
    [InlineData("That was in 1999. Then it ended.", "That was in 1999.", "Then it ended.")]
    [InlineData("1. Wash your hands. 2. Eat.", "1. Wash your hands.", "2. Eat.")]
    [InlineData("Am 3. Oktober ist frei. Er kam z. B. mit Hunden, d.h. mit zwei.", "Am 3. Oktober ist frei.", "Er kam z. B. mit Hunden, d.h. mit zwei.")]
    [InlineData("He said no. See Fig. 3 and No. 5, from Jan. 7. Ask Jan. She knows.", "He said no.", "See Fig. 3 and No. 5, from Jan. 7.", "Ask Jan.", "She knows.")]
    [InlineData("¿Qué? ¡No! El Sr. Gómez vive.", "¿Qué?", "¡No!", "El Sr. Gómez vive.")]
    [InlineData("M. Dupont est là. Il dort.", "M. Dupont est là.", "Il dort.")]
    [InlineData("هل أنت هنا؟ نعم.", "هل أنت هنا؟", "نعم.")]
    [InlineData("यह कुत्ता है। वह बिल्ली है।", "यह कुत्ता है।", "वह बिल्ली है।")]
    [InlineData("Great! 😀 Next. 👍", "Great!", "😀 Next.", "👍")]
    [InlineData("a line\nanother\r\n\r\na third", "a line", "another", "a third")]
    [InlineData("Mr.\nSmith", "Mr.", "Smith")]
    [InlineData("!? ...", "!?", "...")]
    public void Sentences_are_found(string text, params string[] expected) =>
        Assert.Equal(expected, SentenceSplitter.Default.Split(text).Select(range => text[range]));

    [Fact]
    public void Lines_may_be_broken_within_sentences()
    {
        var splitter = new SentenceSplitter { SplitsAtLineBreaks = false };
        const string Text = "Mr.\nSmith is\nhere. He\nsleeps.\n\na list\n \nand more\u2029end";
        Assert.Equal(["Mr.\nSmith is\nhere.", "He\nsleeps.", "a list", "and more", "end"], splitter.Split(Text).Select(static range => Text[range]));
    }

    [Fact]
    public void Abbreviations_can_be_added()
    {
        const string Text = "The Foo. Company. Yes.";
        Assert.Equal(3, SentenceSplitter.Default.Split(Text).Length);
        Assert.Equal(["The Foo. Company.", "Yes."], new SentenceSplitter("foo.").Split(Text).Select(static range => Text[range]));
        Assert.Throws<ArgumentException>(() => new SentenceSplitter(""));
        Assert.Throws<ArgumentNullException>(() => SentenceSplitter.Default.Split(null!));
    }

    /// <summary>Whatever the text: sentences are in order, not empty, without white space around them, and between them is white space alone.</summary>
    [Fact]
    public void Nothing_is_lost()
    {
        const string Characters = "aZ9.!?…。！？；，“”\"'()（） \t\n\r\u2028\u3000狗\uD83D\uDE00\uD83Dé-";
        var random = new Random(7);
        for (int i = 0; i < 20_000; i++)
        {
            string text = string.Create(random.Next(40), random, static (span, random) =>
            {
                foreach (ref char character in span)
                {
                    character = Characters[random.Next(Characters.Length)];
                }
            });
            int last = 0;
            foreach (Range range in new SentenceSplitter { SplitsAtLineBreaks = i % 2 == 0 }.Split(text))
            {
                (int start, int length) = range.GetOffsetAndLength(text.Length);
                string sentence = text[range];
                Assert.True(start >= last && length > 0 && sentence.Trim() == sentence, text);
                Assert.True(string.IsNullOrWhiteSpace(text[last..start]), text);
                last = start + length;
            }

            Assert.True(string.IsNullOrWhiteSpace(text[last..]), text);
        }
    }

    /// <summary>Texts that make a splitter look far ahead or back, again and again, if it does; a megabyte of each would then take minutes.</summary>
    [Theory]
    [InlineData(".")]
    [InlineData(". ")]
    [InlineData("a.")]
    [InlineData("(")]
    [InlineData(". (")]
    [InlineData("\n")]
    [InlineData(" \n")]
    [InlineData("a. a")]
    [InlineData("。")]
    [InlineData("狗")]
    public void Long_texts_take_no_more_than_linear_time(string part)
    {
        string text = new StringBuilder().Insert(0, part, 1_000_000 / part.Length).Append(" x").ToString();
        Assert.NotEmpty(SentenceSplitter.Default.Split(text));
        Assert.NotEmpty(new SentenceSplitter { SplitsAtLineBreaks = false }.Split(text));
    }
}
