// Prints 42, by way of a panic that is caught.
fn main() {
    std::panic::set_hook(Box::new(|_| ()));
    let caught = std::panic::catch_unwind(|| if std::env::args().count() < 9 { panic!("42") });
    println!("{}", caught.unwrap_err().downcast_ref::<&str>().unwrap());
}
