using System.Net;
using System.Net.Http.Headers;

namespace KernelGen.Samples.TranslateWeb.Tests;

/// <summary>The page's files as they are sent.</summary>
public sealed class PageTests
{
    [Theory]
    [InlineData("/", "text/html")]
    [InlineData("/page.css", "text/css")]
    [InlineData("/page.js", "text/javascript")]
    [InlineData("/service.js", "text/javascript")]
    [InlineData("/words.js", "text/javascript")]
    public async Task A_file_is_sent_once_and_then_confirmed(string path, string type)
    {
        await using RunningService service = await RunningService.StartAsync();
        using HttpResponseMessage response = await service.Client.GetAsync(path);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(type, response.Content.Headers.ContentType?.MediaType);
        Assert.Equal("utf-8", response.Content.Headers.ContentType?.CharSet);
        Assert.StartsWith("default-src 'none'", response.Headers.GetValues("Content-Security-Policy").Single());
        Assert.NotEmpty(await response.Content.ReadAsByteArrayAsync());

        using var again = new HttpRequestMessage(HttpMethod.Get, path);
        again.Headers.IfNoneMatch.Add(new EntityTagHeaderValue(response.Headers.ETag!.Tag));
        using HttpResponseMessage confirmed = await service.Client.SendAsync(again);
        Assert.Equal(HttpStatusCode.NotModified, confirmed.StatusCode);
    }

    [Fact]
    public async Task The_page_knows_the_model_and_needs_nobody_else()
    {
        await using RunningService service = await RunningService.StartAsync();
        string html = await service.Client.GetStringAsync("/");
        Assert.Contains("data-max-characters=\"1024\"", html);
        Assert.DoesNotContain("{{", html);
        string all = html.Replace("http://www.w3.org/2000/svg", "") + await service.Client.GetStringAsync("/page.css") + string.Concat(await Task.WhenAll(new[] { "/page.js", "/service.js", "/words.js" }.Select(service.Client.GetStringAsync)));
        Assert.DoesNotContain("//", all.Replace("// ", ""));
    }
}
