using System.Diagnostics;

namespace KernelGen.Extensions.AspNetCore.Tests;

/// <summary>What is translated of HTML, and that all else stays as it is.</summary>
public sealed class HtmlTextTests
{
    [Theory]
    [InlineData("Hello", "HELLO")]
    [InlineData("<p class=\"green\">Hello!</p>", "<p class=\"green\">HELLO!</p>")]
    [InlineData("<ul>\n  <li>One\n  two</li>\n  <li> Three </li>\n</ul>", "<ul>\n  <li>ONE TWO</li>\n  <li> THREE </li>\n</ul>")]
    [InlineData("R&amp;D &lt;b&gt; &eacute;&nbsp;x", "R&amp;D &lt;B&gt; É&nbsp;X")]
    [InlineData("<A HREF='a>b' title=\"x>y\">Link</A>", "<A HREF='a>b' title=\"x>y\">LINK</A>")]
    [InlineData("a<br>b<img src=x alt=cat>c<hr/>d", "A<br>B<img src=x alt=cat>C<hr/>D")]
    [InlineData("<!-- a > b -->x<!DOCTYPE html><?php y ?></>z", "<!-- a > b -->X<!DOCTYPE html><?php y ?></>Z")]
    [InlineData("<script>if (a<b) c('</p>')</script>d<style>e{}</style>", "<script>if (a<b) c('</p>')</script>D<style>e{}</style>")]
    [InlineData("<title>a <b> c</title>", "<title>A &lt;B&gt; C</title>")]
    [InlineData("<code>a<code>b</code>c</code>d", "<code>a<code>b</code>c</code>D")]
    [InlineData("<p translate=no>a<p>b</p></p>c<i class='x notranslate'>d</i>e", "<p translate=no>a<p>b</p></p>C<i class='x notranslate'>d</i>E")]
    [InlineData("<pre>a\n  b</pre>", "<pre>A\n  B</pre>")]
    [InlineData("1 < 2 <3 a", "1 &lt; 2 &lt;3 A")]
    [InlineData("<p>1, 2.</p>", "<p>1, 2.</p>")]
    [InlineData("", "")]
    [InlineData("<", "<")]
    [InlineData("<a", "<a")]
    [InlineData("<a b='", "<a b='")]
    [InlineData("a</", "A&lt;/")]
    [InlineData("<script>a", "<script>a")]
    [InlineData("<code>a", "<code>a")]
    public void Tags_stay_and_texts_are_translated(string html, string expected) => Assert.Equal(expected, Translate(html, static text => text.ToUpperInvariant()));

    [Fact]
    public void A_word_that_is_marked_is_marked_where_its_translation_is_found()
    {
        static string German(string text) => text switch
        {
            "The black dog sleeps & eats." => "Der schwarze Hund schläft & frisst.",
            "black" => "schwarze",
            "sleeps & eats" => "schläft & frisst",
            _ => $"[{text}]",
        };

        Assert.Equal(
            "<p> Der <b>schwarze</b> Hund <a href=\"x\">schläft &amp; frisst</a>.</p>",
            Translate("<p> The <b>black</b> dog <a href=\"x\">sleeps\n&amp; eats</a>.</p>", German));
    }

    [Theory]
    [InlineData("a <b>b</b>", "x", "[a] <b>[b]</b>")]
    [InlineData("a <b>b</b>", "[b] [b]", "[a] <b>[b]</b>")]
    [InlineData("a <b>b</b> <i>b</i>", "[b]", "[a] <b>[b]</b> <i>[b]</i>")]
    [InlineData("a <b>b", "[b]", "[a] <b>[b]")]
    [InlineData("a <b><i>b</i></b>", "[b]", "[a] <b><i>[b]</i></b>")]
    [InlineData("a <b>b</i>", "[b]", "[a] <b>[b]</i>")]
    [InlineData("<b>a</b> <i>b</i>", "[a] [b]", "<b>[a]</b> <i>[b]</i>")]
    public void Otherwise_each_text_is_translated_by_itself(string html, string whole, string expected) =>
        Assert.Equal(expected, Translate(html, text => text is "a" or "b" ? $"[{text}]" : whole));

    [Fact]
    public void Any_text_is_read_in_a_time_that_grows_with_its_length()
    {
        const int Length = 1 << 16;
        long start = Stopwatch.GetTimestamp();
        foreach (string part in new[] { "<", "</", "<a", "<a b='", "<!--", "<b>x", "x<b>y</b>", "<script>", "<code>", "<a =", "&", "<title>", "</b>" })
        {
            string html = string.Concat(Enumerable.Repeat(part, Length / part.Length));
            HtmlText text = HtmlText.Read(html);
            Assert.NotNull(text.Write([.. text.Texts]));
        }

        Assert.InRange(Stopwatch.GetElapsedTime(start).TotalSeconds, 0, 20);

        // Whatever it is, all of it is there again.
        var random = new Random(1);
        string[] pieces = ["<", ">", "/", "a", "b", "<b>", "</b>", "<p>", "<!--", "-->", "'", "\"", "=", " ", "\n", "<script>", "</script>", "<code>", "</code>", "<pre>", "<title>", "</title>"];
        for (int i = 0; i < 20_000; i++)
        {
            string html = string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => pieces[random.Next(pieces.Length)]));
            Assert.Equal(html, string.Concat(new HtmlReader(html).Read().Select(static token => token.Raw)));
            Translate(html, static text => text + "!");
        }
    }

    private static string Translate(string html, Func<string, string> translate)
    {
        HtmlText text = HtmlText.Read(html);
        return text.Write([.. text.Texts.Select(translate)]);
    }
}
