using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace KernelGen.Samples.TranslateWeb.Tests;

/// <summary>What clients of LibreTranslate call.</summary>
public sealed class LibreTranslateTests
{
    [Fact]
    public async Task A_text_and_a_list_are_answered_as_they_are_sent()
    {
        await using RunningService service = await RunningService.StartAsync();
        using HttpResponseMessage one = await service.PostAsync("/translate", new { q = "狗追猫。", source = "zh", target = "en", format = "text" });
        Assert.Equal("""{"translatedText":"The dog chases the cat."}""", await one.Content.ReadAsStringAsync());
        using HttpResponseMessage list = await service.PostAsync("/translate", new { q = new[] { "狗追猫。猫追狗。", "" }, source = "zh-Hans", target = "en" });
        Assert.Equal("""{"translatedText":["The dog chases the cat. The cat chases the dog.",""]}""", await list.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Other_translations_and_the_language_come_where_they_are_asked_for()
    {
        await using RunningService service = await RunningService.StartAsync();
        using HttpResponseMessage response = await service.PostAsync("/translate", new { q = "狗追猫。ab", source = "auto", target = "en", alternatives = 2 });
        JsonElement answer = await RunningService.ReadJsonAsync(response);
        Assert.StartsWith("The dog chases the cat.", answer.GetProperty("translatedText").GetString());
        string?[] others = [.. answer.GetProperty("alternatives").EnumerateArray().Select(static other => other.GetString())];
        Assert.InRange(others.Length, 1, 2);
        Assert.DoesNotContain(answer.GetProperty("translatedText").GetString(), others);
        Assert.Equal("""{"confidence":60,"language":"zh"}""", answer.GetProperty("detectedLanguage").GetRawText());
        using HttpResponseMessage list = await service.PostAsync("/translate", new { q = new[] { "狗追猫。" }, source = "auto", target = "en", alternatives = 1 });
        JsonElement lists = await RunningService.ReadJsonAsync(list);
        Assert.Single(lists.GetProperty("alternatives")[0].EnumerateArray());
        Assert.Equal(100, lists.GetProperty("detectedLanguage")[0].GetProperty("confidence").GetInt32());
    }

    [Fact]
    public async Task Html_keeps_its_tags_and_has_no_other_translations()
    {
        await using RunningService service = await RunningService.StartAsync();
        using HttpResponseMessage one = await service.PostAsync("/translate", new { q = "<p class=\"x\">狗追猫。</p><hr>", source = "zh", target = "en", format = "html", alternatives = 1 });
        Assert.Equal("""{"translatedText":"<p class=\"x\">The dog chases the cat.</p><hr>","alternatives":[]}""", await one.Content.ReadAsStringAsync());
        using HttpResponseMessage list = await service.PostAsync("/translate", new { q = new[] { "<i>狗追猫。</i>", "<hr>" }, source = "auto", target = "en", format = "html" });
        Assert.Equal(
            """{"translatedText":["<i>The dog chases the cat.</i>","<hr>"],"detectedLanguage":[{"confidence":100,"language":"zh"},{"confidence":0,"language":"zh"}]}""",
            await list.Content.ReadAsStringAsync());
        using HttpResponseMessage many = await service.PostAsync("/translate", new { q = string.Concat(Enumerable.Repeat("<p>狗", 400)), source = "zh", target = "en", format = "html" });
        Assert.Equal(HttpStatusCode.BadRequest, many.StatusCode);
        Assert.Contains("There are 400 pieces of text", (await RunningService.ReadJsonAsync(many)).GetProperty("error").GetString());
    }

    [Theory]
    [InlineData("狗追猫。ab", 60)]
    [InlineData("12", 0)]
    public async Task Its_only_language_is_detected_as_far_as_letters_say(string text, int confidence)
    {
        await using RunningService service = await RunningService.StartAsync();
        using HttpResponseMessage answer = await service.PostAsync("/detect", new { q = text });
        Assert.Equal($$"""[{"confidence":{{confidence}},"language":"zh"}]""", await answer.Content.ReadAsStringAsync());
        using HttpResponseMessage nothing = await service.PostAsync("/detect", new { });
        Assert.Equal(HttpStatusCode.BadRequest, nothing.StatusCode);
    }

    [Fact]
    public async Task Forms_are_read_as_json_is()
    {
        await using RunningService service = await RunningService.StartAsync();
        using var form = new FormUrlEncodedContent([new("q", "狗追猫。"), new("source", "zh"), new("target", "en"), new("alternatives", "1")]);
        using HttpResponseMessage response = await service.Client.PostAsync("/translate", form);
        JsonElement answer = await RunningService.ReadJsonAsync(response);
        Assert.Equal("The dog chases the cat.", answer.GetProperty("translatedText").GetString());
        Assert.Single(answer.GetProperty("alternatives").EnumerateArray());
        using var parts = new MultipartFormDataContent { { new StringContent("狗追猫。"), "q" }, { new StringContent("猫追狗。"), "q" }, { new StringContent("zh"), "source" }, { new StringContent("en"), "target" } };
        using HttpResponseMessage several = await service.Client.PostAsync("/translate", parts);
        Assert.Equal("""{"translatedText":["The dog chases the cat.","The cat chases the dog."]}""", await several.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("""{"q": "狗", "source": "fr", "target": "en"}""", "\"fr\" is not supported; the source is \"zh\", or \"auto\".")]
    [InlineData("""{"q": "狗", "source": "zh", "target": "fr"}""", "\"fr\" is not supported; the target is \"en\".")]
    [InlineData("""{"q": "狗", "source": "zh"}""", "Nothing is not supported; the target is \"en\".")]
    [InlineData("""{"q": "狗", "source": "zh", "target": "en", "format": "xml"}""", "\"xml\" is not supported; the format is \"text\" or \"html\".")]
    [InlineData("""{"q": "狗", "source": "zh", "target": "en", "alternatives": 8}""", "There are 8 alternatives; they go from 0 to 7.")]
    [InlineData("""{"q": "狗", "source": "zh", "target": "en", "alternatives": -1}""", "There are -1 alternatives")]
    [InlineData("""{"source": "zh", "target": "en"}""", "There are 0 texts")]
    [InlineData("""{"q": [], "source": "zh", "target": "en"}""", "There are 0 texts")]
    [InlineData("""{"q": [null], "source": "zh", "target": "en"}""", "A text is null.")]
    [InlineData("""{"q": 1, "source": "zh", "target": "en"}""", "at \"q\"")]
    [InlineData("""{"q": ["\ud800"], "source": "zh", "target": "en"}""", "at \"q\"")]
    [InlineData("""{"q": {"a": 1}}""", "at \"q\"")]
    [InlineData("""{"q": [["狗"]]}""", "at \"q\"")]
    [InlineData("""{"q": "狗", "alternatives": "x"}""", "at \"alternatives\"")]
    [InlineData("""{"q": "狗", "alternatives": 99999999999}""", "at \"alternatives\"")]
    [InlineData("""{"q": """, "line 1")]
    [InlineData("""[]""", "line 1")]
    [InlineData("null", "body")]
    [InlineData("", "line 1")]
    public async Task What_is_wrong_is_told_where_its_clients_look(string body, string error)
    {
        await using RunningService service = await RunningService.StartAsync();
        using HttpResponseMessage response = await service.PostJsonAsync("/translate", body);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains(error, (await RunningService.ReadJsonAsync(response)).GetProperty("error").GetString());
    }

    [Theory]
    [InlineData("q=%E7%8B%97&source=zh&target=en&alternatives=x", "application/x-www-form-urlencoded", HttpStatusCode.BadRequest)]
    [InlineData("x", "multipart/form-data; boundary=y", HttpStatusCode.BadRequest)]
    [InlineData("x", "multipart/form-data", HttpStatusCode.BadRequest)]
    [InlineData("狗", "text/plain", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("{}", "application/json; charset=bogus", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("q=%ff%00&source=zh&target=en", "application/x-www-form-urlencoded", HttpStatusCode.BadRequest)]
    public async Task Bodies_of_any_kind_are_answered(string body, string type, HttpStatusCode status)
    {
        await using RunningService service = await RunningService.StartAsync();
        using var content = new ByteArrayContent(System.Text.Encoding.UTF8.GetBytes(body));
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        using HttpResponseMessage response = await service.Client.PostAsync("/translate", content);
        Assert.Equal(status, response.StatusCode);
    }

    [Fact]
    public async Task Forms_of_many_fields_and_bodies_that_are_too_large_are_refused()
    {
        await using RunningService service = await RunningService.StartAsync();
        using var many = new StringContent(string.Join('&', Enumerable.Range(0, 5000).Select(static i => $"a{i}=1")), new MediaTypeHeaderValue("application/x-www-form-urlencoded"));
        using HttpResponseMessage fields = await service.Client.PostAsync("/translate", many);
        Assert.Equal(HttpStatusCode.BadRequest, fields.StatusCode);
        using HttpResponseMessage large = await service.PostAsync("/translate", new { q = new string(' ', 100_000), source = "zh", target = "en" });
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, large.StatusCode);
    }

    [Fact]
    public async Task A_page_is_told_the_languages_and_settings()
    {
        await using RunningService service = await RunningService.StartAsync();
        Assert.Equal("""[{"code":"zh","name":"Chinese","targets":["en"]},{"code":"en","name":"English","targets":[]}]""", await service.Client.GetStringAsync("/languages"));
        JsonElement settings = JsonDocument.Parse(await service.Client.GetStringAsync("/frontend/settings")).RootElement;
        Assert.Equal(1024, settings.GetProperty("charLimit").GetInt32());
        Assert.False(settings.GetProperty("keyRequired").GetBoolean());
        Assert.Equal("en", settings.GetProperty("language").GetProperty("target").GetProperty("code").GetString());
    }

    [Theory]
    [InlineData(null, null, HttpStatusCode.Forbidden)]
    [InlineData("wrong", null, HttpStatusCode.Forbidden)]
    [InlineData(null, "Basic one", HttpStatusCode.Forbidden)]
    [InlineData("two", null, HttpStatusCode.OK)]
    [InlineData(null, "Bearer one", HttpStatusCode.OK)]
    public async Task Where_there_are_keys_a_request_has_one(string? field, string? header, HttpStatusCode status)
    {
        await using RunningService service = await RunningService.StartAsync(["ApiKeys=one, two"]);
        service.Client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", header);
        using HttpResponseMessage response = await service.PostAsync("/translate", new { q = "狗", source = "zh", target = "en", api_key = field });
        Assert.Equal(status, response.StatusCode);
        if (field is null)
        {
            using HttpResponseMessage rich = await service.PostAsync("/translations", new { texts = new[] { "狗" } });
            Assert.Equal(status, rich.StatusCode);
            using HttpResponseMessage stream = await service.Client.GetAsync("/translate/stream?text=狗");
            Assert.Equal(status, stream.StatusCode);
        }

        if (status == HttpStatusCode.Forbidden)
        {
            Assert.Contains("api_key", (await RunningService.ReadJsonAsync(response)).GetProperty("error").GetString());
        }
    }

    [Fact]
    public async Task Concurrent_requests_are_answered_as_each_alone()
    {
        await using RunningService service = await RunningService.StartAsync(["Concurrency=2", "ClientRequests=1000"]);
        string[][] lines = [.. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Data", "word-order.tsv")).Skip(1).Take(60).Select(static line => line.Split('\t'))];
        await Parallel.ForEachAsync(lines, new ParallelOptions { MaxDegreeOfParallelism = 30 }, async (line, _) =>
        {
            using HttpResponseMessage response = await service.PostAsync("/translate", new { q = line[0], source = "zh", target = "en" });
            Assert.Equal(line[2], (await RunningService.ReadJsonAsync(response)).GetProperty("translatedText").GetString());
        });
    }
}
