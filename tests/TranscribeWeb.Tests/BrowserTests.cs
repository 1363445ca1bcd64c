using System.Text.RegularExpressions;
using KernelGen.Tests;
using Microsoft.Playwright;

namespace KernelGen.Samples.TranscribeWeb.Tests;

/// <summary>The page in a real browser, whose microphone hears a file.</summary>
public sealed class BrowserTests(LoadedModel model) : BrowserPageTests
{
    private static readonly string Speech = Path.Combine(AppContext.BaseDirectory, "jfk.wav");
    private static readonly string[] FakeMicrophone = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", $"--use-file-for-fake-audio-capture={Speech}"];

    [Theory]
    [InlineData("desktop", 1280, 800)]
    [InlineData("phone", 375, 720)]
    public async Task What_the_microphone_hears_is_written_while_somebody_speaks(string look, int width, int height)
    {
        // Passes come seldom, so that what is partial is seen.
        await using RunningService service = await RunningService.StartAsync(model, "IntervalMilliseconds=2000");
        IPage page = await OpenAsync(service, FakeMicrophone, look, width, height);
        await page.GetByRole(AriaRole.Button, new() { Name = "Record" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Status)).ToHaveTextAsync("Listening.");
        await Expect(page.Locator("#partial")).ToHaveTextAsync("Hello world.");
        Assert.True(await page.EvaluateAsync<bool>("document.getElementById('level').value > 0"));
        await ShootAsync(page, $"{look}-partial");
        await Expect(page.Locator("#segments p span")).ToHaveTextAsync(["Hello world."]);
        await Expect(page.Locator("#segments")).ToHaveAttributeAsync("lang", "fr");
        await Expect(page.Locator("#time")).ToHaveTextAsync(new Regex("^0:0[0-9] heard$"));

        // Nothing is wider than the window, and what is to be tapped is large enough.
        Assert.True(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= window.innerWidth"));
        ILocator stop = page.GetByRole(AriaRole.Button, new() { Name = "Stop" });
        Assert.True(await stop.EvaluateAsync<bool>("button => button.getBoundingClientRect().height >= 24"));
        await ShootAsync(page, $"{look}-final");
        await stop.ClickAsync();
        await Expect(page.GetByRole(AriaRole.Status)).ToHaveTextAsync("Done.");
        await Expect(page.Locator("#segments p span").First).ToHaveTextAsync("Hello world.");
        await Expect(page.Locator("#partial")).ToHaveTextAsync("");
        await Expect(page.GetByRole(AriaRole.Alert)).ToBeHiddenAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Record" })).ToBeEnabledAsync();
    }

    [Fact]
    public async Task A_file_is_heard_and_its_text_copied()
    {
        // Few passes: what is partial is not looked at here.
        await using RunningService service = await RunningService.StartAsync(model, "IntervalMilliseconds=10000");
        IPage page = await OpenAsync(service, []);
        await page.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
        await page.GetByLabel("Language").SelectOptionAsync("German");
        await page.Locator("#file").SetInputFilesAsync(Speech);
        await Expect(page.GetByRole(AriaRole.Status)).ToHaveTextAsync("Done.");
        await Expect(page.Locator("#segments p span")).ToHaveTextAsync(["Hello world."]);
        await Expect(page.Locator("#segments")).ToHaveAttributeAsync("lang", "de");
        await page.GetByRole(AriaRole.Button, new() { Name = "Copy" }).ClickAsync();
        await Expect(page.Locator("#copy")).ToHaveTextAsync("Copied");
        Assert.Equal("Hello world.", await page.EvaluateAsync<string>("navigator.clipboard.readText()"));

        // Dropped, what is no sound is named; the text is that of the new file, none.
        IJSHandle dropped = await page.EvaluateHandleAsync("() => { const all = new DataTransfer(); all.items.add(new File(['no sound'], 'letter.txt')); return all; }");
        await page.DispatchEventAsync("body", "drop", new { dataTransfer = dropped });
        await Expect(page.GetByRole(AriaRole.Alert)).ToHaveTextAsync("“letter.txt” is no sound that this browser can play. Choose another file.");
        await Expect(page.Locator("#segments p")).ToHaveCountAsync(0);
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Record" })).ToBeEnabledAsync();
    }

    [Fact]
    public async Task A_microphone_that_is_refused_or_not_there_is_explained()
    {
        await using RunningService service = await RunningService.StartAsync(model);
        IPage page = await OpenAsync(service, ["--use-fake-device-for-media-stream", "--deny-permission-prompts"]);
        await page.GetByRole(AriaRole.Button, new() { Name = "Record" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("The microphone was refused. Allow it");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Record" })).ToBeEnabledAsync();

        await page.EvaluateAsync("() => { navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('', 'NotFoundError'); }; }");
        await page.GetByRole(AriaRole.Button, new() { Name = "Record" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("There is no microphone.");
        await page.EvaluateAsync("() => { Object.defineProperty(navigator, 'mediaDevices', { value: undefined }); }");
        await page.GetByRole(AriaRole.Button, new() { Name = "Record" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("only to pages that come over HTTPS");
    }

    [Fact]
    public async Task What_goes_wrong_at_the_service_is_said()
    {
        await using RunningService service = await RunningService.StartAsync(model, "Sessions=1");
        using LiveClient other = await service.ConnectAsync();
        await other.SendAsync("""{"sampleRate": 16000}""");
        await other.ReceiveAsync();
        IPage page = await OpenAsync(service, FakeMicrophone);
        ILocator record = page.GetByRole(AriaRole.Button, new() { Name = "Record" });
        await record.ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToHaveTextAsync("All places are taken. Try again later.");
        await other.SendAsync("""{"end": true}""");
        Assert.Empty(await other.ReceiveAllAsync());
        await record.ClickAsync();
        await Expect(page.Locator("#transcript")).ToContainTextAsync("Hello world.");
        await service.App.StopAsync(TestContext.Current.CancellationToken);
        await Expect(page.GetByRole(AriaRole.Alert)).ToHaveTextAsync("The service stops. What was heard is written.");
        await Expect(page.Locator("#transcript")).ToContainTextAsync("Hello world.");
        await record.ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToHaveTextAsync("The service cannot be reached. Is it running? Try again.");
    }

    private static ILocatorAssertions Expect(ILocator locator)
    {
        // A machine that does other things, too, takes its time.
        Assertions.SetDefaultExpectTimeout(60_000);
        return Assertions.Expect(locator);
    }

    private Task<IPage> OpenAsync(RunningService service, string[] arguments, string look = "light", int width = 1280, int height = 800) =>
        OpenAsync(service.Address, look, width, height, arguments);
}
