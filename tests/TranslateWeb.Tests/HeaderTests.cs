using System.Net;

namespace KernelGen.Samples.TranslateWeb.Tests;

/// <summary>Headers of answers, and those of requests that are refused.</summary>
public sealed class HeaderTests
{
    [Theory]
    [InlineData("/health", HttpStatusCode.OK, "no-store, no-cache")]
    [InlineData("/languages", HttpStatusCode.OK, "no-store")]
    [InlineData("/openapi/v1.json", HttpStatusCode.OK, "no-store")]
    [InlineData("/translate/stream?text=狗", HttpStatusCode.OK, "no-store, no-cache")]
    [InlineData("/translate/stream", HttpStatusCode.BadRequest, "no-store")]
    [InlineData("/nowhere", HttpStatusCode.NotFound, "no-store")]
    [InlineData("/", HttpStatusCode.OK, "no-cache")]
    [InlineData("/page.js", HttpStatusCode.OK, "no-cache")]
    public async Task Every_answer_is_taken_for_what_it_says_and_kept_by_nobody(string path, HttpStatusCode status, string cacheControl)
    {
        await using RunningService service = await RunningService.StartAsync();
        using HttpResponseMessage response = await service.Client.GetAsync(path);
        Assert.Equal(status, response.StatusCode);
        AssertHeaders(response, cacheControl);
    }

    [Fact]
    public async Task Answers_to_bodies_and_failures_have_the_same_headers()
    {
        bool fails = false;
        await using RunningService service = await RunningService.StartAsync(null, RunningService.DecodingWith(inner => new WatchedDecoder(inner, () =>
        {
            if (fails)
            {
                throw new InvalidOperationException();
            }
        })));
        using HttpResponseMessage translated = await service.PostAsync("/translations", new { texts = new[] { "狗" } });
        AssertHeaders(translated, "no-store");
        using HttpResponseMessage refused = await service.PostJsonAsync("/translations", "{");
        AssertHeaders(refused, "no-store, no-cache");
        fails = true;
        using HttpResponseMessage failed = await service.PostAsync("/translations", new { texts = new[] { "狗" } });
        Assert.Equal(HttpStatusCode.InternalServerError, failed.StatusCode);
        AssertHeaders(failed, "no-store, no-cache");
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/page.css")]
    [InlineData("/page.js")]
    [InlineData("/health")]
    public async Task Head_is_answered_as_get_without_the_body(string path)
    {
        await using RunningService service = await RunningService.StartAsync();
        using HttpResponseMessage whole = await service.Client.GetAsync(path);
        using var request = new HttpRequestMessage(HttpMethod.Head, path);
        using HttpResponseMessage head = await service.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, head.StatusCode);
        Assert.Equal(whole.Content.Headers.ContentType, head.Content.Headers.ContentType);
        Assert.Equal(whole.Headers.ETag, head.Headers.ETag);
        Assert.Equal(whole.Headers.CacheControl, head.Headers.CacheControl);
        Assert.Empty(await head.Content.ReadAsByteArrayAsync());
    }

    [Theory]
    [InlineData("application/json; charset=bogus")]
    [InlineData("application/json; charset=\"bogus\"")]
    [InlineData("application/json; charset=utf-7")]
    [InlineData("application/json; charset=utf-16")]
    [InlineData("text/plain; charset=bogus")]
    [InlineData("application/json; charset=\"")]
    [InlineData("nonsense")]
    public async Task Another_encoding_is_refused(string contentType)
    {
        await using RunningService service = await RunningService.StartAsync();
        foreach (string path in new[] { "/translations", "/translate/stream" })
        {
            using var content = new ByteArrayContent("{}"u8.ToArray());
            content.Headers.TryAddWithoutValidation("Content-Type", contentType);
            using HttpResponseMessage response = await service.Client.PostAsync(path, content);
            Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
            Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        }
    }

    [Theory]
    [InlineData("utf-8")]
    [InlineData("\"UTF-8\"")]
    public async Task Utf_8_may_be_named(string name)
    {
        await using RunningService service = await RunningService.StartAsync();
        using var content = new ByteArrayContent("""{"texts": ["狗追猫。"]}"""u8.ToArray());
        content.Headers.TryAddWithoutValidation("Content-Type", $"application/json; charset={name}");
        using HttpResponseMessage response = await service.Client.PostAsync("/translations", content);
        Assert.Contains("The dog chases the cat.", await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("localhost", null, HttpStatusCode.OK)]
    [InlineData("127.0.0.1:8080", null, HttpStatusCode.OK)]
    [InlineData("[::1]", null, HttpStatusCode.OK)]
    [InlineData("rebound.example", null, HttpStatusCode.BadRequest)]
    [InlineData("rebound.example", "translate.example", HttpStatusCode.BadRequest)]
    [InlineData("translate.example", "translate.example", HttpStatusCode.OK)]
    [InlineData("anything.example", "*", HttpStatusCode.OK)]
    public async Task Only_its_own_names_are_answered(string host, string? allowed, HttpStatusCode status)
    {
        await using RunningService service = await RunningService.StartAsync(null, null, allowed is null ? [] : [$"--AllowedHosts={allowed}"]);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/health");
        request.Headers.Host = host;
        using HttpResponseMessage response = await service.Client.SendAsync(request);
        Assert.Equal(status, response.StatusCode);
    }

    private static void AssertHeaders(HttpResponseMessage response, string cacheControl)
    {
        Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
        Assert.Equal(cacheControl, response.Headers.CacheControl?.ToString());
    }
}
