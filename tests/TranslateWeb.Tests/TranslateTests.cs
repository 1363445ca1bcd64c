using System.Net;
using System.Text.Json;

namespace KernelGen.Samples.TranslateWeb.Tests;

/// <summary><c>POST /translations</c>.</summary>
public sealed class TranslateTests
{
    [Fact]
    public async Task Texts_are_translated_in_their_order()
    {
        await using RunningService service = await RunningService.StartAsync();
        string[][] lines = [.. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Data", "word-order.tsv")).Skip(1).Select(static line => line.Split('\t'))];
        foreach (string[][] batch in lines.Chunk(32))
        {
            using HttpResponseMessage response = await service.PostAsync("/translations", new { texts = batch.Select(static line => line[0]) });
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            JsonElement[] translations = [.. (await RunningService.ReadJsonAsync(response)).GetProperty("translations").EnumerateArray()];
            Assert.Equal(batch.Select(static line => line[0]), translations.Select(static one => one.GetProperty("source").GetString()));
            Assert.Equal(batch.Select(static line => line[2]), translations.Select(static one => one.GetProperty("text").GetString()));
            Assert.All(translations, static one =>
            {
                JsonElement hypothesis = Assert.Single(Sentence(one).GetProperty("hypotheses").EnumerateArray());
                Assert.Single(hypothesis.EnumerateObject());
            });
        }
    }

    [Fact]
    public async Task A_beam_gives_the_best_hypotheses_with_their_scores()
    {
        await using RunningService service = await RunningService.StartAsync();
        using HttpResponseMessage response = await service.PostAsync("/translations", new { texts = new[] { "狗追猫。" }, beam = 4, nBest = 3 });
        JsonElement[] hypotheses = [.. Sentence((await RunningService.ReadJsonAsync(response)).GetProperty("translations")[0]).GetProperty("hypotheses").EnumerateArray()];
        Assert.Equal(3, hypotheses.Length);
        Assert.Equal("The dog chases the cat.", hypotheses[0].GetProperty("text").GetString());
        float[] scores = [.. hypotheses.Select(static one => one.GetProperty("score").GetSingle())];
        Assert.Equal(scores.OrderDescending(), scores);
        Assert.All(scores, static score => Assert.True(score < 0));
        Assert.Equal(3, hypotheses.Select(static one => one.GetProperty("text").GetString()).Distinct().Count());
    }

    [Fact]
    public async Task Attention_has_a_row_for_each_target_token()
    {
        await using RunningService service = await RunningService.StartAsync();
        using HttpResponseMessage response = await service.PostAsync("/translations", new { texts = new[] { "狗追猫。", "狗追🙂猫。" }, attention = true });
        JsonElement[] translations = [.. (await RunningService.ReadJsonAsync(response)).GetProperty("translations").EnumerateArray()];
        JsonElement known = Sentence(translations[0]).GetProperty("hypotheses")[0];
        AttentionChecks.Check(known.GetProperty("attention"), ["狗", "追", "猫", "。"], known.GetProperty("text").GetString()!);
        JsonElement unknown = Sentence(translations[1]).GetProperty("hypotheses")[0];
        AttentionChecks.Check(unknown.GetProperty("attention"), ["狗", "追", "<unk>", "猫", "。"], unknown.GetProperty("text").GetString()!);
    }

    [Fact]
    public async Task Answers_are_readable_json()
    {
        await using RunningService service = await RunningService.StartAsync();
        using HttpResponseMessage response = await service.PostJsonAsync("/translations", """{"texts": ["\u72d7追猫。"]}""");
        Assert.Equal(
            """{"translations":[{"source":"狗追猫。","text":"The dog chases the cat.","sentences":[{"source":"狗追猫。","start":0,"hypotheses":[{"text":"The dog chases the cat."}]}]}]}""",
            await response.Content.ReadAsStringAsync());
        Assert.Equal("application/json; charset=utf-8", response.Content.Headers.ContentType?.ToString());
    }

    [Fact]
    public async Task Every_sentence_of_a_text_is_translated()
    {
        await using RunningService service = await RunningService.StartAsync();
        string longest = string.Concat(Enumerable.Repeat("狗追猫，", 40));
        using HttpResponseMessage response = await service.PostAsync("/translations", new { texts = new[] { "狗追猫。猫追狗。", longest, "狗追猫。\n\n猫追狗。" }, beam = 2, nBest = 2 });
        JsonElement[] translations = [.. (await RunningService.ReadJsonAsync(response)).GetProperty("translations").EnumerateArray()];
        Assert.Equal("The dog chases the cat. The cat chases the dog.", translations[0].GetProperty("text").GetString());
        JsonElement[] sentences = [.. translations[0].GetProperty("sentences").EnumerateArray()];
        Assert.Equal([("狗追猫。", 0), ("猫追狗。", 4)], sentences.Select(static one => (one.GetProperty("source").GetString(), one.GetProperty("start").GetInt32())));
        Assert.All(sentences, static one => Assert.Equal(2, one.GetProperty("hypotheses").GetArrayLength()));
        Assert.Equal(longest, string.Concat(translations[1].GetProperty("sentences").EnumerateArray().Select(static one => one.GetProperty("source").GetString())));
        Assert.True(translations[1].GetProperty("sentences").GetArrayLength() > 1);
        Assert.Equal("The dog chases the cat.\n\nThe cat chases the dog.", translations[2].GetProperty("text").GetString());
    }

    [Fact]
    public async Task What_is_unknown_is_told()
    {
        await using RunningService service = await RunningService.StartAsync();
        using HttpResponseMessage response = await service.PostAsync("/translations", new { texts = new[] { "狗追🙂和龘。", "龘靐" } });
        JsonElement[] translations = [.. (await RunningService.ReadJsonAsync(response)).GetProperty("translations").EnumerateArray()];
        Assert.Equal([("🙂", 2), ("龘", 5)], Unknown(translations[0]));
        Assert.False(Sentence(translations[0]).TryGetProperty("allUnknown", out _));
        Assert.Equal([("龘靐", 0)], Unknown(translations[1]));
        Assert.True(Sentence(translations[1]).GetProperty("allUnknown").GetBoolean());

        static IEnumerable<(string? Text, int Start)> Unknown(JsonElement translation) =>
            Sentence(translation).GetProperty("unknown").EnumerateArray().Select(static one => (one.GetProperty("text").GetString(), one.GetProperty("start").GetInt32()));
    }

    private static JsonElement Sentence(JsonElement translation) => Assert.Single(translation.GetProperty("sentences").EnumerateArray());
}
